"""
An app without a rate limiter that does what each 429 tells it, beside one that does not.

To run into a limit is how an app without a limiter learns of it; it costs one refusal a minute.
"""

from __future__ import annotations

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import insist, seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/BerriAI/litellm/issues/3793",
    scenario="rate-limit",
    rule="retry-after-ignored",
    parameters={"spent": 28},
    time_scale=0.2,
)


def batch(mock: Mock, share: float) -> object:
    answers = []
    for number in range(5):
        question = f"What is {number} squared?"
        answers.append(
            insist(
                lambda asked=question: post(mock, question=asked),
                lambda _, answer: (seconds(answer) or 1) * share,
            )
        )
    return answers


def guilty(mock: Mock) -> object:
    return batch(mock, share=0.25)


def fixed(mock: Mock) -> object:
    return batch(mock, share=1)
