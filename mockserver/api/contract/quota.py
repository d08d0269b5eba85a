"""
Rate limits as token buckets.

The API counts requests and tokens per minute, hour and day, for each key and model. A bucket
refills continuously, or all at once when its period ends. A request is admitted if every bucket
holds enough: one request, and the tokens of its prompt plus those of the longest completion that it
may get. When the request is over, unused tokens are put back. A tier can have two limits on tokens:
one on all tokens, and one on tokens that are not in the prompt cache. Times are arguments, in
seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from mockserver.plan import Headers

from .edition import Amounts
from .edition_settings import TODAY, HeaderFields, Refill

LimitKind = Literal["requests", "tokens", "total"]
LIMIT_KINDS: tuple[LimitKind, ...] = get_args(LimitKind)
LimitKey: TypeAlias = tuple[LimitKind, str]
"""What is limited, and the period of the limit."""
PERIODS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
SECONDS = {"second": 1.0, **PERIODS}
_FIELD = "x-ratelimit-"
_CLOSE_ENOUGH = 1e-3  # requests or tokens: the tolerance for rounding in sums of fractions
_INSTANT = 1e-8  # seconds: too short a time for any bucket to refill


@dataclass(slots=True)
class Bucket:
    """Holds ``capacity`` units, and refills evenly over a period in seconds."""

    capacity: int
    period: float
    level: float
    at: float

    @staticmethod
    def refill_all(buckets: Iterable[Bucket], now: float) -> None:
        """Refill several buckets; this takes a third less time than refilling each by itself."""
        for bucket in buckets:
            if now > bucket.at:
                capacity = bucket.capacity
                level = bucket.level + (now - bucket.at) * capacity / bucket.period
                bucket.level = level if level < capacity else float(capacity)
                bucket.at = now

    def refill(self, now: float) -> float:
        """Refill the bucket, and return its level."""
        self.refill_all((self,), now)
        return self.level

    def left(self, returning: int) -> int:
        """Return what will be left once ``returning`` units are put back, as a whole number."""
        left = int(self.level + returning + _CLOSE_ENOUGH)
        return min(self.capacity, left) if left > 0 else 0

    def wait_for(self, amount: float, now: float) -> float:
        """Return the seconds until the bucket holds an amount; 0 if it does now."""
        lacking = min(amount, self.capacity) - self.refill(now)
        return lacking * self.period / self.capacity if lacking > _CLOSE_ENOUGH else 0.0

    def drain(self, amount: float, now: float) -> None:
        """Take out an amount, or everything if less is left."""
        self.level = max(0.0, self.refill(now) - amount)


class Window(Bucket):
    """Refills all at once when a period ends; periods count from midnight (UTC)."""

    @staticmethod
    def refill_all(buckets: Iterable[Bucket], now: float) -> None:
        """Refill the buckets whose period has ended."""
        for bucket in buckets:
            if now // bucket.period > bucket.at // bucket.period:
                bucket.level = float(bucket.capacity)
            bucket.at = max(bucket.at, now)

    def wait_for(self, amount: float, now: float) -> float:
        """Return the seconds until the bucket holds an amount; 0 if it does now."""
        lacking = min(amount, self.capacity) - self.refill(now)
        return self.period - now % self.period if lacking > _CLOSE_ENOUGH else 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """The limit that refuses a request, and the seconds until the request would be admitted."""

    kind: LimitKind
    period: str
    wait: float

    @property
    def problem(self) -> str:
        """The name of the problem, which is the same for both limits on tokens."""
        return f"{'tokens' if self.kind == 'total' else self.kind}_per_{self.period}"

    @property
    def retry_after(self) -> int:
        """The wait in whole seconds, rounded up so that a retry after it is never too early."""
        return max(1, math.ceil(self.wait - _INSTANT))


@dataclass(frozen=True, slots=True)
class Temporary:
    """A limit that holds from ``since`` until ``until``, in seconds; its bucket begins full."""

    amount: int
    since: float
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class _Shown:
    """
    What the header fields show: limits, how much is left of them, and reset periods.

    Each entry of ``remaining`` has a name, the index of the bucket's kind in ``LIMIT_KINDS``, and
    the bucket that knows how much is left.
    """

    limits: Headers
    remaining: Sequence[tuple[str, int, Bucket]]
    resets: Sequence[tuple[str, float]]


class Quota:
    """
    The rate limits of one key on one model, and how much is left.

    A quota that is not ``enforced`` counts requests and is shown, but refuses nothing. ``shape``
    describes the header fields that show the quota. ``counts_twice`` is true if one limit counts
    all tokens and another one leaves out cached tokens.
    """

    def __init__(
        self,
        amounts: Amounts,
        now: float,
        refill: Refill = "continuous",
        *,
        enforced: bool = True,
        shape: HeaderFields = TODAY,
    ) -> None:
        self._bucket = _BUCKETS[refill]
        self._buckets: dict[LimitKey, Bucket] = {
            (kind, period): self._full(getattr(amount, period), period, now)
            for kind in LIMIT_KINDS
            if (amount := getattr(amounts, kind)) is not None
            for period in PERIODS
        }
        self._by_kind = [
            [bucket for (of, _), bucket in self._buckets.items() if of == kind]
            for kind in LIMIT_KINDS
        ]
        self._enforced = dict(self._buckets) if enforced else {}
        self._imposed: dict[LimitKey, tuple[Temporary, Bucket]] = {}
        self._at = now
        self.counts_twice = ("total", "minute") in self._buckets
        self._shape = shape
        self._shown = self._fields(self._buckets)

    def impose(self, limits: Mapping[LimitKey, Temporary]) -> None:
        """Replace the temporary limits; a limit that is already imposed keeps its bucket."""
        self._imposed = {
            place: there
            if (there := self._imposed.get(place)) and there[0] == limit
            else (limit, self._full(limit.amount, place[1], limit.since))
            for place, limit in limits.items()
        }
        imposed = {place: bucket for place, (_, bucket) in self._imposed.items()}
        self._shown = self._fields(self._buckets | imposed)
        self._at = -math.inf

    @property
    def buckets(self) -> Iterable[Bucket]:
        """The buckets of the tier, in an order that never changes."""
        return self._buckets.values()

    @property
    def kinds(self) -> Iterable[LimitKind]:
        """What each of the buckets counts."""
        return (kind for kind, _ in self._buckets)

    def restore(
        self,
        levels: Sequence[float],
        imposed: Mapping[LimitKey, tuple[Temporary, float]],
        now: float,
    ) -> None:
        """Set the levels and the temporary limits to those of a quota that is stored elsewhere."""
        for bucket, level in zip(self._buckets.values(), levels, strict=True):
            bucket.level, bucket.at = level, now
        if imposed or self._imposed:
            self.impose({place: limit for place, (limit, _) in imposed.items()})
        for (_, bucket), (_, level) in zip(self._imposed.values(), imposed.values(), strict=True):
            bucket.level, bucket.at = level, now
        self._at = now

    def _full(self, capacity: int, period: str, now: float) -> Bucket:
        return self._bucket(capacity, SECONDS[period], float(capacity), now)

    def refusal(self, tokens: int, now: float) -> Refusal | None:
        """
        Return the refusal with the longest wait, or None if no limit refuses the request.

        ``tokens`` is how many tokens the request reserves.
        """
        if not self._enforced and not self._imposed:
            return None
        needs: Mapping[LimitKind, int] = {"requests": 1, "tokens": tokens, "total": tokens}
        places = [*self._enforced, *(one for one in self._imposed if one not in self._enforced)]
        waits = [Refusal(*place, self._wait(place, needs[place[0]], now)) for place in places]
        worst = max(waits, key=lambda refusal: refusal.wait, default=None)
        return worst if worst and worst.wait else None

    def _wait(self, place: LimitKey, amount: float, now: float) -> float:
        """Return the seconds until the amount is available, or until a temporary limit is over."""
        other = self._enforced.get(place)
        wait = other.wait_for(amount, now) if other else 0.0
        if place not in self._imposed:
            return wait
        limit, bucket = self._imposed[place]
        return min(bucket.wait_for(amount, now), max(limit.until - now, wait))

    def reserve(self, tokens: int, now: float) -> None:
        """Take one request and its tokens out of the buckets, even if too few are left."""
        self._refill(now)
        self._change((-1, -tokens, -tokens))

    def settle(
        self, reserved: int, used: int, now: float, *, cached: int = 0, since: float = math.inf
    ) -> None:
        """
        Put back the unused tokens; ``cached`` is how many of the used ones came from the cache.

        Limits that were imposed after ``since``, the time of the reservation, are not changed.
        """
        unused = reserved - used
        if unused < 0:  # a refill that is due comes before the change
            self._refill(now)
        self._change((0, unused + self._free(cached), unused), since)

    def spend(self, *, requests: int, tokens: int, now: float) -> None:
        """Take requests and tokens out of every bucket, down to zero."""
        for (kind, _), bucket in self._buckets.items():
            bucket.drain(requests if kind == "requests" else tokens, now)

    def headers(self, now: float, *, returning: int = 0, cached: int = 0) -> Headers:
        """
        Return the edition's header fields: limits first, then what is left, then reset times.

        ``returning`` counts the reserved tokens that are put back once the answer is sent.
        ``cached`` counts the prompt tokens from the cache.
        """
        self._refill(now)
        back = (0, returning + self._free(cached), returning)
        shown = self._shown
        left = [(name, str(bucket.left(back[kind]))) for name, kind, bucket in shown.remaining]
        if not shown.resets:
            return (*shown.limits, *left)
        resets = [(name, str(period - now % period)) for name, period in shown.resets]
        return (*shown.limits, *left, *resets)

    def _fields(self, buckets: Mapping[LimitKey, Bucket]) -> _Shown:
        """Prepare the header fields, except for what is left and the reset times."""
        shape = self._shape
        shown = [
            (kind, period, f"{kind}-{period}", bucket)
            for (kind, period), bucket in buckets.items()
            if f"{kind}-{period}" in shape.limits
        ]
        remaining: list[tuple[str, int, Bucket]] = []
        for kind, period, name, _ in shown:
            counted: LimitKind = "total" if name in shape.total and self.counts_twice else kind
            place = f"{_FIELD}remaining-{name}", LIMIT_KINDS.index(counted)
            remaining.append((*place, buckets[counted, period]))
        return _Shown(
            tuple((f"{_FIELD}limit-{name}", str(bucket.capacity)) for *_, name, bucket in shown),
            remaining,
            # limits are reset at the next full minute, hour or midnight (UTC)
            [(f"{_FIELD}reset-{name}", bucket.period) for *_, name, bucket in shown]
            if shape.resets
            else [],
        )

    def _free(self, cached: int) -> int:
        """Return how many of the cached tokens do not count towards the limit on tokens."""
        return cached if self.counts_twice else 0

    def _change(self, amounts: tuple[int, int, int], since: float = math.inf) -> None:
        """
        Add each amount to all buckets of its kind; the amounts are in the order of ``LIMIT_KINDS``.

        A level may become negative, so that unused tokens can be put back exactly.
        """
        for amount, buckets in zip(amounts, self._by_kind, strict=True):
            if amount and buckets:
                _put(amount, buckets)
        if not self._imposed:
            return
        for (kind, _), (limit, bucket) in self._imposed.items():
            if limit.since <= since:
                _put(amounts[LIMIT_KINDS.index(kind)], (bucket,))

    def _refill(self, now: float) -> None:
        """Refill all buckets."""
        if now <= self._at:
            return
        self._bucket.refill_all(self._buckets.values(), now)
        for _, bucket in self._imposed.values():
            bucket.refill(now)
        self._at = now


def _put(amount: float, buckets: Iterable[Bucket]) -> None:
    for bucket in buckets:
        level = bucket.level + amount
        bucket.level = level if level < bucket.capacity else float(bucket.capacity)


_BUCKETS: Mapping[Refill, type[Bucket]] = {"continuous": Bucket, "window": Window}
