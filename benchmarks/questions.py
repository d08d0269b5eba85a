"""
What is asked of a server: the table of questions.

A question is one request, sent again and again. Its answer is looked at once, before the clock
runs: a figure for wrong answers is worth nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
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
PACE = 2000.0
"""Tokens a second of the paced stream."""
PACED_TOKENS = 1000
FIRST_TOKEN = b'"content":'
_PATIENCE = 10.0
_OK = 200


class WrongAnswerError(Exception):
    """A server does not answer what the benchmark asks for."""


@dataclass(frozen=True, slots=True)
class Question:
    """
    One request, by the word in its prompt that servers know it by, and what a right answer holds.

    Without ``right`` the answer has no end.
    """

    name: str
    word: str
    body: bytes
    right: Callable[[bytes], bool] | None

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
            body = response.read() if self.right else response.readline()
        except (HTTPException, OSError) as error:
            raise WrongAnswerError(f"{self.name}: {error!r}") from error
        finally:
            connection.close()
        if response.status != _OK or (self.right and not self.right(body)):
            raise WrongAnswerError(f"{self.name}: {response.status} {body[:200]!r}")


def _has_a_choice(body: bytes) -> bool:
    return bool(json.loads(body)["choices"][0]["message"]["content"])


def _has_events(count: int) -> Callable[[bytes], bool]:
    return lambda body: body.count(FIRST_TOKEN) >= count


def _request(word: str, tokens: int = TOKENS, **more: Any) -> bytes:
    messages = [{"role": "user", "content": f"Say something about the {word}, please."}]
    asked = {"model": "llama3.1-8b", "messages": messages, "max_tokens": tokens, **more}
    return json.dumps(asked, separators=(",", ":")).encode()


PLAIN = Question("plain", "weather", _request("weather"), _has_a_choice)
STREAM = Question("stream", "storm", _request("storm", stream=True), _has_events(TOKENS))
PACED = Question(
    "paced", "tide", _request("tide", PACED_TOKENS, stream=True), _has_events(PACED_TOKENS)
)
IDLE = Question("idle", "glacier", _request("glacier", stream=True), None)
QUESTIONS = (PLAIN, STREAM, PACED, IDLE)
