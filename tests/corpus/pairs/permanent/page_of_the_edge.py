"""The edge blocks the client with a page, and the client goes on knocking."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

from tests.corpus.apps.chat import body, completions, headers
from tests.corpus.apps.retrying import NOT_HTTPX
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/tormozit/RDT1C/issues/827",
    scenario="cloudflare-403",
    rule="permanent-error-retried",
    without=NOT_HTTPX,
)


def ask(mock: Mock) -> object:
    fields = {**headers(mock), "content-type": "application/json"}
    request = urllib.request.Request(completions(mock), json.dumps(body()).encode(), fields)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def guilty(mock: Mock) -> object:
    for attempt in range(3):
        try:
            return ask(mock)
        except urllib.error.URLError:
            time.sleep(0.2 * 2**attempt)
    return None


def fixed(mock: Mock) -> object:
    for attempt in range(3):
        try:
            return ask(mock)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise PermissionError("blocked on the way") from error
            time.sleep(0.2 * 2**attempt)
    return None
