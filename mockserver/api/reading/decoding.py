"""
Decodes a request body from gzip and msgpack to JSON.

The API's documentation describes how gzip and msgpack, alone or together, make payloads smaller.
The media types come from the server's own OpenAPI document. The API's answers to other types, other
encodings and broken data are not published. Here such requests get a 400 in the usual form, because
no 415 is documented.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

from mockserver.api.contract.problem import RefusalError

MAX_BODY = 10 * 1024 * 1024
"""
The longest body in bytes, compressed or not; the limit is documented for payloads with images.
"""

_JSON = "application/json"
_MSGPACK = frozenset({"application/vnd.msgpack", "application/msgpack", "application/x-msgpack"})
_MOST_VALUES = 150_000
"""The most values in a body: more than any context has tokens, but quickly decoded."""
_MOST_MEMBERS = 16  # members of gzip data; to read a member, all data after it is copied
_GZIP_ONLY = 16 + zlib.MAX_WBITS
Container = TypeVar("Container", list[Any], dict[Any, Any])
_GZIP = frozenset({"gzip", "x-gzip"})  # equivalent: RFC 9110, 8.4.1.3


def as_json(body: bytes, headers: Mapping[str, str]) -> bytes:
    """
    Return the body as JSON; a body without a content type counts as JSON.

    The names in ``headers`` are lower-case. Raises RefusalError.
    """
    if is_plain_json(headers):
        if len(body) > MAX_BODY:
            raise RefusalError("content_too_large")
        return body  # most requests
    data = uncompressed(body, headers)
    kind = media_type(headers)
    if kind in _MSGPACK:
        return _unpacked(data)
    if kind in ("", _JSON) or kind.endswith("+json"):
        return data
    allowed = "'application/json' or 'application/vnd.msgpack'"
    raise bad_request(f"Unsupported content type {kind!r}, expected {allowed}")


def is_plain_json(headers: Mapping[str, str]) -> bool:
    """Return whether a body is plain JSON, as most bodies are."""
    return headers.get("content-type") == _JSON and "content-encoding" not in headers


def uncompressed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the body without its content encoding. Raises RefusalError."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if len(body) > MAX_BODY:
        raise RefusalError("content_too_large")
    if encoding in ("", "identity"):
        return body
    if encoding in _GZIP:
        return _gunzipped(body)
    raise bad_request(f"Unsupported content encoding {encoding!r}, expected 'gzip'")


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type without its parameters, in lower case; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def bad_request(reason: str) -> RefusalError:
    """Return the API's 400 with a message that the API does not document."""
    return RefusalError("wrong_api_format", {"reason": reason})


def _gunzipped(body: bytes) -> bytes:
    """Decompress up to the limit; data beyond the limit is never produced."""
    found: list[bytes] = []
    room, rest = MAX_BODY + 1, body
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP_ONLY)
        try:
            found.append(member.decompress(rest, room))
        except zlib.error as error:
            raise bad_request("The request body is not valid gzip") from error
        room -= len(found[-1])
        if not room:
            raise RefusalError("content_too_large")
        if not member.eof:
            break
        rest = member.unused_data.lstrip(b"\0")  # padding, which gzip also skips
        if not rest:
            return b"".join(found)
    raise bad_request("The request body is not valid gzip")


def _unpacked(data: bytes) -> bytes:
    """
    Convert msgpack to JSON.

    The number of values is limited, because a value of one byte can take 100 bytes in memory.
    """
    import msgpack  # imported only when a body is msgpack

    room = _MOST_VALUES

    def count(found: Container) -> Container:
        nonlocal room
        room -= len(found) + 1
        if room < 0:
            raise RefusalError("content_too_large")
        return found

    try:
        value = msgpack.unpackb(
            data,
            list_hook=count,
            object_hook=count,
            max_array_len=_MOST_VALUES,
            max_map_len=_MOST_VALUES,
        )
        return json.dumps(value, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise bad_request("The request body is not valid msgpack") from error
