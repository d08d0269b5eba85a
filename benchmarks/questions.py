"""
The table of questions that are sent to servers.

A question is sent many times, each time with another number in its prompt, as apps do. A server
that caches bodies gains from this only if the question is ``repeated``. The answer is checked once
before the clock starts, since a figure for wrong answers is worthless.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from itertools import count, repeat
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
_NUMBER = b"########"
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
    template: bytes
    right: Callable[[bytes], bool] | None
    repeated: bool = False

    def body(self, number: int = 0) -> bytes:
        """Return the body with a number in its prompt."""
        return self.template.replace(_NUMBER, b"%08d" % number)

    def messages(self) -> Iterator[bytes]:
        """Yield requests without end, each as it goes over the wire."""
        fields = {**HEADERS, "content-length": str(len(self.body()))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        whole = f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + self.template
        before, after = whole.split(_NUMBER)
        for number in repeat(0) if self.repeated else count():
            yield b"%b%08d%b" % (before, number, after)

    def check(self, port: int) -> None:
        """Ask once; raises WrongAnswerError unless the answer is right."""
        connection = HTTPConnection(HOST, port, timeout=_PATIENCE)
        try:
            connection.request("POST", PATH, self.body(), HEADERS)
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
    text = f"Say something about the {word}, for the {_NUMBER.decode()}th time."
    messages = [{"role": "user", "content": text}]
    asked = {"model": "llama3.1-8b", "messages": messages, "max_tokens": tokens, **more}
    return json.dumps(asked, separators=(",", ":")).encode()


PLAIN = Question("plain", "weather", _request("weather"), _has_a_choice)
REPEATED = replace(PLAIN, name="repeated", repeated=True)
STREAM = Question("stream", "storm", _request("storm", stream=True), _has_events(TOKENS))
PACED = Question(
    "paced", "tide", _request("tide", PACED_TOKENS, stream=True), _has_events(PACED_TOKENS)
)
IDLE = Question("idle", "glacier", _request("glacier", stream=True), None)
QUESTIONS = (PLAIN, REPEATED, STREAM, PACED, IDLE)
