"""
The table of questions that are sent to servers.

A question is sent many times, each time with another number in its prompt, because apps rarely send
the same body twice. So a cache of bodies helps a server only if the question is ``repeated``. The
answer is checked once before the clock starts, since a figure for wrong answers is worthless.

``varied`` and ``conversation`` are what apps send: an SDK's header fields, and bodies of all
lengths. ``plain`` and ``stream`` have few fields and bodies of one length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
SDK_HEADERS = {
    "host": HOST,
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "accept": "application/json",
    "content-type": "application/json",
    "user-agent": "Cerebras/Python 1.50.1",
    "x-stainless-lang": "python",
    "x-stainless-package-version": "1.50.1",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "CPython",
    "x-stainless-runtime-version": "3.11.9",
    "authorization": "Bearer csk-benchmark",
    "x-stainless-async": "false",
    "x-stainless-retry-count": "0",
    "x-stainless-read-timeout": "60.0",
}
"""What the Cerebras SDK sends."""
_NUMBER = b"########"
_TRACE = f"00-0af7651916cd43dd8448eb21{_NUMBER.decode()}-b7ad6b7169203331-01"
_PATIENCE = 10.0
_OK = 200
_PROMPTS = 300
_TURNS = 12
_TALE = (
    "the harbour town lies between two rivers and a hill where sheep graze while its people mend "
    "nets bake bread repair clocks argue about prices write letters to distant cousins sell maps "
    "of islands count barrels paint doors blue every spring and wait for news from ships that left "
    "last autumn with wool copper paper salt"
)
_WORDS = _TALE.split()
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": f"Returns the {name.partition('_')[2]} of a place on a day.",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "A town, with its country."},
                    "day": {"type": "string", "description": "A date, as in 2026-11-30."},
                    "unit": {"type": "string", "enum": ["metric", "imperial"]},
                },
                "required": ["place"],
            },
        },
    }
    for name in ("get_tides", "get_prices", "get_departures")
]


class WrongAnswerError(Exception):
    """A server does not answer what the benchmark asks for."""


@dataclass(frozen=True, slots=True)
class Question:
    """
    One request, the word in its prompt by which servers recognize it, and the check of its answer.

    ``templates`` are bodies that take turns. If ``right`` is None, the answer never ends.
    """

    name: str
    word: str
    templates: tuple[bytes, ...]
    right: Callable[[bytes], bool] | None
    repeated: bool = False
    headers: Mapping[str, str] = field(default_factory=lambda: HEADERS, hash=False)

    def body(self, number: int = 0) -> bytes:
        """Return the body of a request, by its number."""
        lap, turn = divmod(number, len(self.templates))
        return self.templates[turn].replace(_NUMBER, b"%08d" % lap)

    def messages(self) -> Iterator[bytes]:
        """Yield requests without end, each as it goes over the wire."""
        wholes = [self._whole(template).split(_NUMBER) for template in self.templates]
        for lap in repeat(0) if self.repeated else count():
            for pieces in wholes:
                yield (b"%08d" % lap).join(pieces)

    def _whole(self, template: bytes) -> bytes:
        fields = {**self.headers, "content-length": str(len(template))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + template

    def check(self, port: int) -> None:
        """Ask once; raises WrongAnswerError unless the answer is right."""
        connection = HTTPConnection(HOST, port, timeout=_PATIENCE)
        try:
            connection.request("POST", PATH, self.body(), dict(self.headers))
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


def _body(messages: list[dict[str, str]], tokens: int = TOKENS, **more: Any) -> bytes:
    asked = {"model": "llama3.1-8b", "messages": messages, "max_tokens": tokens, **more}
    return json.dumps(asked, separators=(",", ":")).encode()


def _ask(word: str, tail: str = "") -> dict[str, str]:
    text = f"Say something about the {word}, for the {_NUMBER.decode()}th time.{tail}"
    return {"role": "user", "content": text}


def _prose(characters: int) -> str:
    """Return a text of this length; each length has other words."""
    text = " ".join(_WORDS[(characters * at + at * at) % len(_WORDS)] for at in range(characters))
    return text[:characters]


def _varied(word: str, **more: Any) -> tuple[bytes, ...]:
    """Return bodies with prompts of 60 to 1,260 characters, long and short ones in turn."""
    lengths = (4 * ((97 * at) % _PROMPTS) for at in range(_PROMPTS))
    return tuple(_body([_ask(word, f" {_prose(length)}")], **more) for length in lengths)


def _conversation(word: str, **more: Any) -> tuple[bytes, ...]:
    """Return the turns of a conversation, whose history grows to 6 KB."""
    messages = [{"role": "system", "content": _prose(6000)}]
    turns = []
    for turn in range(_TURNS):
        messages.append(_ask(word, f" {_prose(60 + turn)}"))
        turns.append(_body(messages, tools=_TOOLS, tool_choice="none", **more))
        answer = f"{_NUMBER.decode()}: {_prose(400 + turn)}"
        messages.append({"role": "assistant", "content": answer})
    return tuple(turns)


PLAIN = Question("plain", "weather", (_body([_ask("weather")]),), _has_a_choice)
REPEATED = replace(PLAIN, name="repeated", repeated=True)
STREAM = Question("stream", "storm", (_body([_ask("storm")], stream=True),), _has_events(TOKENS))
VARIED = replace(PLAIN, name="varied", templates=_varied(PLAIN.word), headers=SDK_HEADERS)
VARIED_STREAM = replace(
    STREAM,
    name="varied-stream",
    templates=_varied(STREAM.word, stream=True),
    headers=SDK_HEADERS,
)
TRACED = replace(VARIED, name="traced", headers={**SDK_HEADERS, "traceparent": _TRACE})
CONVERSATION = replace(VARIED, name="conversation", templates=_conversation(PLAIN.word))
PACED = Question(
    "paced",
    "tide",
    (_body([_ask("tide")], PACED_TOKENS, stream=True),),
    _has_events(PACED_TOKENS),
)
IDLE = Question("idle", "glacier", (_body([_ask("glacier")], stream=True),), None)
ANSWERED = (VARIED, VARIED_STREAM, CONVERSATION, TRACED, PLAIN, REPEATED, STREAM)
"""Questions whose answers end without any waits, the most usual first."""
QUESTIONS = (*ANSWERED, PACED, IDLE)
KNOWN = (PLAIN, STREAM, PACED, IDLE)
"""One question for each word."""
