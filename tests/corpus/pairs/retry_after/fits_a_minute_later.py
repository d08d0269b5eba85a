"""
Six jobs that each need a minute's tokens, and take their turns as Retry-After tells them.

A request for more than the limit of a minute is let in when the minute is fresh. So who waits as
told retries nothing in vain, though others may come first again and again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.corpus.apps.chat import post
from tests.corpus.apps.retrying import insist, seconds
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/cline/cline/issues/7881",
    scenario="long-answers",
    rule="retry-after-ignored",
    without={"real": "six minutes of long answers take longer than a cell may"},
)


def jobs(mock: Mock, share: float) -> object:
    def work(number: int) -> object:
        asked = {"question": f"Write chapter {number}.", "max_completion_tokens": 31_000}
        return insist(
            lambda: post(mock, **asked), lambda _, answer: share * (seconds(answer) or 1), most=12
        )

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(work, range(6)))


def guilty(mock: Mock) -> object:
    return jobs(mock, share=0.25)


def fixed(mock: Mock) -> object:
    return jobs(mock, share=1)
