"""Rate limits that change over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mockserver.api.contract.quota import PERIODS, SECONDS, LimitKey, Temporary
from mockserver.core.units import Positive

from .schedule import Window

_PLACES: tuple[LimitKey, ...] = (
    *(("requests", period) for period in SECONDS),
    *(("tokens", period) for period in PERIODS),
)
_LIMIT_KEYS = {f"{kind}_per_{period}": (kind, period) for kind, period in _PLACES}


@dataclass(frozen=True, slots=True)
class Limit:
    """
    Limits of each API key and model while a window is open; they replace the tier's limits.

    ``window`` is the time in which these limits apply; usage starts at zero each time it opens.
    ``requests_per_second``, ``requests_per_minute``, ``requests_per_hour`` and ``requests_per_day``
    are the maximum numbers of requests. ``tokens_per_minute``, ``tokens_per_hour`` and
    ``tokens_per_day`` are the maximum numbers of tokens. Limits that are left out stay as in the
    tier.
    """

    window: Window = field(default_factory=Window)
    requests_per_second: Positive | None = None
    requests_per_minute: Positive | None = None
    requests_per_hour: Positive | None = None
    requests_per_day: Positive | None = None
    tokens_per_minute: Positive | None = None
    tokens_per_hour: Positive | None = None
    tokens_per_day: Positive | None = None

    def __post_init__(self) -> None:
        if not self.amounts:
            raise ValueError(f"sets no limit; name at least one of {', '.join(_LIMIT_KEYS)}")

    @property
    def amounts(self) -> dict[LimitKey, int]:
        """The limits that are set."""
        named = ((place, getattr(self, name)) for name, place in _LIMIT_KEYS.items())
        return {place: amount for place, amount in named if amount is not None}


def active_limits(limits: Iterable[Limit], started: float, now: float) -> dict[LimitKey, Temporary]:
    """
    Return the limits that apply at ``now``; both times are in seconds since the epoch.

    If two entries limit the same quantity, the first applies.
    """
    found: dict[LimitKey, Temporary] = {}
    for limit in limits:
        if (span := limit.window.span(now - started)) is not None:
            since, until = (started + moment for moment in span)
            for place, amount in limit.amounts.items():
                found.setdefault(place, Temporary(amount, since, until))
    return found
