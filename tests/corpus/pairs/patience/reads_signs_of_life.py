"""A read time-out is all the patience there is, and a comment every ten seconds outlasts it."""

from __future__ import annotations

import time

import httpx

from tests.corpus.apps.chat import TRUST, body, completions, headers
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/2389-research/tracker/issues/575",
    scenario="heartbeat-stall",
    rule="no-overall-deadline",
    without={"real": "the silence takes five minutes, and its deadline is not scaled"},
)


def ask(mock: Mock, deadline: float) -> str:
    asked, fields = body(stream=True), headers(mock)
    said, begun = [], time.monotonic()
    with (
        httpx.Client(verify=TRUST, timeout=60) as client,
        client.stream("POST", completions(mock), json=asked, headers=fields) as answer,
    ):
        for line in answer.iter_lines():
            said.append(line)
            if time.monotonic() > begun + deadline:
                raise TimeoutError("no whole answer in time")
    return "\n".join(said)


def guilty(mock: Mock) -> object:
    return ask(mock, deadline=float("inf"))


def fixed(mock: Mock) -> object:
    return ask(mock, deadline=90)
