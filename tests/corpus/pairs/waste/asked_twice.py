"""A page that renders twice sends its question twice, with a ``temperature`` of 0 and no cache."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/danny-avila/LibreChat/issues/14339",
    scenario="healthy",
    rule="duplicate-request",
    without=NOT_HTTPX,
)


def asker(mock: Mock) -> Callable[[str], Any]:
    fields = {**headers(mock), "content-type": "application/json"}

    def ask(question: str) -> Any:
        asked = json.dumps(body(question, temperature=0)).encode()
        request = urllib.request.Request(completions(mock), asked, fields)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    return ask


def guilty(mock: Mock) -> object:
    ask = asker(mock)
    return [ask("Sum up chapter 1.") for _ in range(2)]


def fixed(mock: Mock) -> object:
    ask = cache(asker(mock))
    return [ask("Sum up chapter 1.") for _ in range(2)]
