"""
A prompt over the window is tried three times, with growing waits.

The wrapper of litellm 1.110.2 (litellm/utils.py) enters ``completion_with_retries`` for its
``ContextWindowExceededError`` too, which is an ``openai.APIError``; ``ReAct`` of dspy 3.4.1
(predict/react.py), above it, drops its oldest tool call and tries three times at most.
"""

from __future__ import annotations

import openai
import tenacity

from tests.corpus.apps.chat import body, said
from tests.corpus.apps.sdks import openai as client
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/BerriAI/litellm/pull/22697",
    scenario="context-8192",
    rule="overflow-repeated",
    package="litellm 1.110.2",
)
STEPS = [said("observation " * 2000) for _ in range(5)]
QUESTION = said("Which step comes next?")


def ask(mock: Mock, steps: list[dict[str, str]]) -> object:
    asked = body(messages=[*steps, QUESTION])
    return client(mock, max_retries=0).chat.completions.create(**asked)


def guilty(mock: Mock) -> object:
    wait = tenacity.wait_exponential(multiplier=0.2, max=10)
    stop = tenacity.stop_after_attempt(3)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True)(ask, mock, STEPS)


def fixed(mock: Mock) -> object:
    steps = list(STEPS)
    for _ in range(3):
        try:
            return ask(mock, steps)
        except openai.BadRequestError:
            steps = steps[1:]
    return None
