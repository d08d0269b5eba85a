"""Scales the waits that an answer announces in its header fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from mockserver.core.units import decimal
from mockserver.plan import Head, Plan, with_head


def scaled(plan: Plan, scale: float, *, now: float) -> Plan:
    """
    Return the plan with each announced wait multiplied by ``scale``, except invalid values.

    ``now`` is in seconds since the epoch. Dates are rounded up to whole seconds.
    """

    def change(head: Head) -> Head:
        fields = ((name, _field(name, value, scale, now)) for name, value in head.headers)
        return replace(head, headers=tuple(fields))

    return with_head(plan, change)


def _field(name: str, value: str, scale: float, now: float) -> str:
    how = _HOW.get(name) or (_seconds if name.startswith("x-ratelimit-reset-") else None)
    return value if how is None else how(value, scale, now)


def _seconds(value: str, scale: float, now: float) -> str:
    try:
        seconds = float(value)
    except ValueError:
        return _date(value, scale, now)
    return decimal(seconds * scale) if math.isfinite(seconds) else value


def _milliseconds(value: str, scale: float, _: float) -> str:
    try:
        return decimal(float(value) * scale)
    except ValueError:
        return value


def _date(value: str, scale: float, now: float) -> str:
    try:
        ahead = parsedate_to_datetime(value).timestamp() - now
    except (ValueError, TypeError):
        return value
    at = datetime.fromtimestamp(math.ceil(now + ahead * scale), UTC)
    return format_datetime(at, usegmt=True)


_HOW: Mapping[str, Callable[[str, float, float], str]] = {
    "retry-after": _seconds,
    "retry-after-ms": _milliseconds,
}
