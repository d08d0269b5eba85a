"""Loops around a request, as apps without a library for it write them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol

NOT_HTTPX = {"respx": "in process only httpx is answered"}
SECONDS = {"real": "its own waits take seconds, which nothing scales"}


class Response(Protocol):
    """What httpx and requests have in common."""

    @property
    def status_code(self) -> int:
        """The status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields, whatever the case of their names."""
        ...


Pause = Callable[[int, Response], float | None]


def insist(ask: Callable[[], Response], pause: Pause, most: int = 4) -> Response:
    """Ask until there is an answer, as often and with such pauses; no pause ends it."""
    for attempt in range(most):
        answer = ask()
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            break
        wait = pause(attempt, answer)
        if wait is None:
            break
        time.sleep(wait)
    return answer


def seconds(answer: Response) -> float | None:
    """Return the seconds of ``Retry-After``."""
    told = answer.headers.get("retry-after")
    try:
        return None if told is None else float(told)
    except ValueError:
        return None


def seconds_or_date(answer: Response) -> float | None:
    """Return the seconds of ``Retry-After``, which may be a date."""
    told, counted = answer.headers.get("retry-after"), seconds(answer)
    if told is None or counted is not None:
        return counted
    return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())


def passes(answer: Response) -> bool:
    """Whether the error may be over a little later."""
    return (
        answer.status_code in (408, 429) or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
