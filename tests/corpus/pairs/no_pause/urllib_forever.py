"""A script of the standard library alone that asks until there is an answer, without a pause."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/nminaya/grammar-nazi-bot/issues/960",
    scenario="queue-surge",
    rule="hot-retry",
    parameters={"times": 3, "share": 0},
    without=NOT_HTTPX,
)


def ask(mock: Mock) -> object:
    fields = {**headers(mock), "content-type": "application/json"}
    request = urllib.request.Request(completions(mock), json.dumps(body()).encode(), fields)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def guilty(mock: Mock) -> object:
    while True:
        try:
            return ask(mock)
        except urllib.error.HTTPError:
            pass


def fixed(mock: Mock) -> object:
    for attempt in range(6):
        try:
            return ask(mock)
        except urllib.error.HTTPError:
            time.sleep(0.3 * 2**attempt)
    return None
