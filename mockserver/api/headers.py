"""The header fields of answers, in the order in which the edge sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from random import Random

from mockserver.plan import Headers

_EDGE: Headers = (
    ("connection", "keep-alive"),
    ("server", "cloudflare"),
    ("cf-cache-status", "DYNAMIC"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("strict-transport-security", "max-age=15552000; includeSubDomains; preload"),
    ("x-content-type-options", "nosniff"),
    ("alt-svc", 'h3=":443"; ma=86400'),
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def edge(content_type: str, *, now: float, random: Random) -> Headers:
    """
    Return the fields that every answer carries.

    ``now`` is in seconds since the epoch. ``x-request-id`` always equals ``cf-ray``.
    """
    ray = f"{random.getrandbits(64):016x}-ORD"
    return (
        ("date", http_date(now)),
        ("content-type", content_type),
        *_EDGE,
        ("cf-ray", ray),
        ("x-request-id", ray),
    )


def http_date(now: float) -> str:
    """
    Format a time as an IMF-fixdate (RFC 9110, 5.6.7).

    >>> http_date(0)
    'Thu, 01 Jan 1970 00:00:00 GMT'
    """
    return _date_of_second(int(now))


@lru_cache(maxsize=1)
def _date_of_second(second: int) -> str:
    at = datetime.fromtimestamp(second, UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year} {at:%H:%M:%S} GMT"
