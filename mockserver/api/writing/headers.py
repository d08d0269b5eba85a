"""The header fields of answers, in the order in which the edge sends them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from mockserver.api.contract.edition_settings import HeaderFields
from mockserver.core.seeding import HexStream
from mockserver.plan import Headers

_EDGE: Headers = (
    ("connection", "keep-alive"),
    ("server", "cloudflare"),
    ("cf-cache-status", "DYNAMIC"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-content-type-options", "nosniff"),
    ("alt-svc", 'h3=":443"; ma=86400'),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # some platforms reject negative timestamps
_COOKIE_LIVES = timedelta(minutes=30)


def edge(
    shape: HeaderFields, content_type: str, *, now: float, random: HexStream, plain: bool = True
) -> Headers:
    """
    Return the fields of every answer; ``plain`` is false only for completions.

    ``now`` is in seconds since the epoch. ``x-request-id`` always equals ``cf-ray``.
    """
    ray = f"{random.draw(16)}-ORD"
    security = shape.plain_transport_security if plain else shape.transport_security
    return (
        ("date", http_date(now)),
        ("content-type", content_type),
        *_EDGE,
        ("strict-transport-security", security),
        *_cookie(shape, now=now, random=random),
        ("cf-ray", ray),
        ("x-request-id", ray),
    )


def timing(seconds: float | None) -> Headers:
    """Return the two ``server-timing`` fields for a duration, or no fields for None."""
    if seconds is None:
        return ()
    spent = f"cfEdge;dur=4,cfOrigin;dur={round(seconds * 1000)}"
    return (("server-timing", 'cfCacheStatus;desc="DYNAMIC"'), ("server-timing", spent))


def _cookie(shape: HeaderFields, *, now: float, random: HexStream) -> Headers:
    if shape.cookie is None:
        return ()
    expires = datetime.fromtimestamp(int(now), UTC) + _COOKIE_LIVES
    token = random.draw(64)
    return (("set-cookie", shape.cookie.format(token=token, expires=expires)),)


def http_date(now: float) -> str:
    """
    Format a time as an IMF-fixdate (RFC 9110, 5.6.7).

    >>> http_date(0)
    'Thu, 01 Jan 1970 00:00:00 GMT'
    """
    return _date_of_second(math.floor(now))


@lru_cache(maxsize=2)
def _date_of_second(second: int) -> str:
    return format_datetime(_EPOCH + timedelta(seconds=second), usegmt=True)
