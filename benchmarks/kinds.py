"""
What is asked of a server: the table of kinds.

A kind is one request, sent again and again. Its answer is looked at once, before the clock runs:
a figure for wrong answers is worth nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

HOST = "127.0.0.1"
PATH = "/v1/chat/completions"
HEADERS = {
    "host": HOST,
    "accept": "*/*",
    "authorization": "Bearer csk-benchmark",
    "content-type": "application/json",
}
TOKENS = 100
_PATIENCE = 10.0
_OK = 200


class WrongAnswerError(Exception):
    """A server does not answer what the benchmark asks for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One request, the unit in which its answers are counted, and what a right answer holds."""

    name: str
    unit: str
    body: bytes
    right: Callable[[bytes], bool]

    def message(self) -> bytes:
        """Return the whole request, as it goes over the wire."""
        fields = {**HEADERS, "content-length": str(len(self.body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + self.body

    def check(self, port: int) -> None:
        """Ask once; raises WrongAnswerError unless the answer is right."""
        connection = HTTPConnection(HOST, port, timeout=_PATIENCE)
        try:
            connection.request("POST", PATH, self.body, HEADERS)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != _OK or not self.right(body):
            raise WrongAnswerError(f"{self.name}: {response.status} {body[:200]!r}")


def _has_a_choice(body: bytes) -> bool:
    return bool(json.loads(body)["choices"][0]["message"]["content"])


def _has_all_events(body: bytes) -> bool:
    return body.count(b'"content":') >= TOKENS


def _request(**more: Any) -> bytes:
    messages = [{"role": "user", "content": "Say something about the weather, please."}]
    asked = {"model": "llama3.1-8b", "messages": messages, "max_tokens": TOKENS, **more}
    return json.dumps(asked, separators=(",", ":")).encode()


KINDS = (
    Kind("plain", "requests/s", _request(), _has_a_choice),
    Kind("stream", "streams/s", _request(stream=True), _has_all_events),
)
