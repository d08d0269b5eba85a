"""An agent whose tools no grammar can be built of shows them to the API again and again."""

from __future__ import annotations

import time

from cerebras.cloud.sdk import APIStatusError

from tests.corpus.apps.agent import TOOL
from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/danny-avila/LibreChat/issues/11357",
    scenario="tool-grammar",
    rule="permanent-error-retried",
)


def guilty(mock: Mock) -> object:
    create = cerebras(mock).chat.completions.create
    for attempt in range(3):
        try:
            return create(**body(tools=[TOOL]))
        except APIStatusError:
            time.sleep(0.3 * 2**attempt)
    return None


def fixed(mock: Mock) -> object:
    create = cerebras(mock).chat.completions.create
    try:
        return create(**body(tools=[TOOL]))
    except APIStatusError:
        return create(**body())  # an answer without tools is better than none
