"""Server-sent events. The chat API sends only ``data:`` lines."""

from __future__ import annotations

import json
import re
from typing import Any

DONE = b"data: [DONE]\n\n"
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_LINE_END = re.compile(r"\r\n|\r|\n")


def dumps(value: object) -> bytes:
    """
    Encode JSON as the API does: compact, without escaping to ASCII.

    >>> dumps({"a": "é"}).decode()
    '{"a":"é"}'
    """
    return _ENCODER.encode(value).encode()


def event(value: object) -> bytes:
    r"""
    Encode one event.

    >>> event({"a": 1})
    b'data: {"a":1}\n\n'
    """
    return b"data: " + dumps(value) + b"\n\n"


def parsed(data: bytes) -> Any:
    """Return the JSON of an event, or None if it has no JSON (``[DONE]``, a comment)."""
    payload = data.removeprefix(b"data: ")
    return json.loads(payload) if payload is not data and payload[:1] == b"{" else None


def read(data: bytes) -> tuple[str, str]:
    r"""
    Parse one event, in any form that WHATWG HTML, 9.2.6, allows, into its name and data.

    >>> read(b": comment\r\nevent: error\r\ndata:{\r\ndata: }\r\n\r\n")
    ('error', '{\n}')
    """
    name, said = "", []
    for line in _LINE_END.split(data.decode(errors="replace")):
        field, _, value = line.partition(":")
        if field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            said.append(value.removeprefix(" "))
    return name, "\n".join(said)
