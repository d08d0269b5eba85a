import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.contract.edition import PerPeriod, Tier
from mockserver.api.contract.quota import PERIODS, Bucket, Quota, Refusal, Temporary, Window

TIER = Tier(PerPeriod(30, 900, 14400), PerPeriod(60_000, 1_000_000, 1_000_000))
SMALL = Tier(PerPeriod(3, 20, 100), PerPeriod(100, 400, 1000))
DUAL = Tier(PerPeriod(3, 20, 100), PerPeriod(100, 400, 1000), PerPeriod(150, 900, 1200))
TOLERANCE = Fraction(1, 1000)  # of a request or a token
MOMENTS = st.integers(0, 40_000).map(lambda quarter: quarter / 4)
STEPS = st.lists(
    st.tuples(MOMENTS, st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=25
)


class Slow:
    """A quota in exact arithmetic: refills and compares as the definition says."""

    def __init__(self, tier, now):
        amounts = {"requests": tier.requests, "tokens": tier.tokens, "total": tier.total}
        self.dual = tier.total is not None
        self.sizes = {
            (kind, period): getattr(amount, period)
            for kind, amount in amounts.items()
            if amount
            for period in PERIODS
        }
        self.levels = {place: Fraction(size) for place, size in self.sizes.items()}
        self.at = Fraction(now)

    def pass_to(self, now):
        """Let time pass."""
        gone, self.at = Fraction(now) - self.at, Fraction(now)
        for place, size in self.sizes.items():
            grown = self.levels[place] + gone * size / Fraction(PERIODS[place[1]])
            self.levels[place] = min(Fraction(size), grown)

    def lacks(self, tokens):
        """Say whether a request is refused."""
        needs = {"requests": 1, "tokens": tokens, "total": tokens}
        return any(
            min(needs[place[0]], size) - self.levels[place] > TOLERANCE
            for place, size in self.sizes.items()
        )

    def wait(self, tokens):
        """Say how long it has to wait."""
        needs = {"requests": 1, "tokens": tokens, "total": tokens}
        return max(
            (min(needs[place[0]], size) - self.levels[place]) * Fraction(PERIODS[place[1]]) / size
            for place, size in self.sizes.items()
        )

    def take(self, requests, tokens, cached=0):
        """Take out, or put in when negative; what is cached costs nothing where it counts apart."""
        amounts = {"requests": requests, "tokens": tokens - cached * self.dual, "total": tokens}
        for place in self.sizes:
            rest = self.levels[place] - amounts[place[0]]
            self.levels[place] = min(Fraction(self.sizes[place]), rest)

    def headers(self):
        """Return the twelve fields."""
        names = [f"{kind}-{period}" for kind in ("requests", "tokens") for period in PERIODS]
        sizes = [self.sizes[tuple(name.split("-"))] for name in names]
        levels = [self.levels[tuple(name.split("-"))] for name in names]
        if self.dual:
            levels[names.index("tokens-hour")] = self.levels["total", "hour"]
        shown = [max(0, math.floor(level + TOLERANCE)) for level in levels]
        limits = [f"x-ratelimit-limit-{name}" for name in names]
        remaining = [f"x-ratelimit-remaining-{name}" for name in names]
        return tuple(zip(limits, map(str, sizes), strict=True)) + tuple(
            zip(remaining, map(str, shown), strict=True)
        )


@pytest.mark.parametrize("tier", [SMALL, DUAL], ids=["one amount", "cached tokens apart"])
@given(STEPS, st.integers(0, 30))
def test_against_slow_model(tier, steps, cached):
    """Whatever happens when, the quota admits, waits and shows what exact arithmetic does."""
    quota, slow = Quota(tier, 0.0), Slow(tier, 0)
    for now, reserved, used in sorted(steps):
        slow.pass_to(now)
        refused = quota.refusal(reserved, now)
        assert (refused is not None) == slow.lacks(reserved)
        if refused is None:
            quota.reserve(reserved, now)
            slow.take(1, reserved)
            spent = min(reserved, used)
            again = min(spent, cached)
            shown = quota.headers(now, returning=reserved - spent, cached=again)
            quota.settle(reserved, spent, now, cached=again)
            slow.take(0, spent - reserved, again)
            assert shown == slow.headers()
        else:
            assert refused.wait == pytest.approx(float(slow.wait(reserved)), abs=1e-6)
        assert quota.headers(now) == slow.headers()


@given(STEPS, st.integers(0, 120))
def test_retry_after(steps, tokens):
    """Coming back after Retry-After admits the same request; a whole second less does not."""
    quota, now = Quota(SMALL, 0.0), 0.0
    for now, reserved, _ in sorted(steps):
        if quota.refusal(reserved, now) is None:
            quota.reserve(reserved, now)
    refused = quota.refusal(tokens, now)
    if refused is None:
        return
    assert refused.retry_after >= 1
    assert quota.refusal(tokens, now + refused.retry_after) is None
    assert refused.retry_after - 1 < refused.wait or refused.retry_after == 1


@pytest.mark.parametrize("early", [1, 2, 5, 20])
def test_too_early(early):
    """Coming back any whole second before Retry-After is refused again."""
    quota = Quota(SMALL, 0.0)
    for _ in range(3):
        quota.reserve(0, 0.0)
    refused = quota.refusal(0, 0.0)
    assert refused == Refusal("requests", "minute", 20.0)
    assert quota.refusal(0, 20.0 - early) is not None
    assert quota.refusal(0, 20.0) is None


def test_retry_after_of_large_buckets():
    """Retry-After is never too early, however fast a bucket fills."""
    tier = Tier(PerPeriod(9999, 9999, 9999), PerPeriod(150_000, 9_000_000, 216_000_000))
    quota = Quota(tier, 0.0)
    quota.reserve(150_000, 0.0)
    now = 0.0003995
    refused = quota.refusal(7501, now)
    assert quota.refusal(7501, now + refused.retry_after) is None


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [(0.01, 1), (1.0, 1), (1.000000001, 1), (1.1, 2), (19.5, 20), (20.0, 20), (3599.2, 3600)],
)
def test_rounding(wait, seconds):
    """Retry-After is in whole seconds, rounded up, and at least one."""
    assert Refusal("requests", "minute", wait).retry_after == seconds


@pytest.mark.parametrize(
    ("kind", "named"), [("requests", "requests"), ("tokens", "tokens"), ("total", "tokens")]
)
@pytest.mark.parametrize("period", PERIODS)
def test_problem(kind, named, period):
    """A refusal names its problem in the catalogue."""
    assert Refusal(kind, period, 1.0).problem == f"{named}_per_{period}"


def test_total_refuses():
    """Cached tokens leave the first amount alone and still use up the total."""
    quota = Quota(DUAL, 0.0)
    for _ in range(2):
        quota.reserve(75, 0.0)
        quota.settle(75, 75, 0.0, cached=75)
    assert quota.refusal(1, 0.0) == Refusal("total", "minute", pytest.approx(60 / 150))


@pytest.mark.parametrize(
    ("spent", "asked", "kind", "period"),
    [
        ((30, 0), 0, "requests", "minute"),
        ((900, 0), 0, "requests", "hour"),
        ((0, 60_000), 1, "tokens", "minute"),
        ((0, 1_000_000), 60_000, "tokens", "day"),
        ((30, 60_000), 60_000, "tokens", "minute"),
    ],
)
def test_longest_wait(spent, asked, kind, period):
    """Of all buckets that lack something, the one with the longest wait is named."""
    quota = Quota(TIER, 0.0)
    quota.spend(requests=spent[0], tokens=spent[1], now=0.0)
    refused = quota.refusal(asked, 0.0)
    assert (refused.kind, refused.period) == (kind, period)


def test_headers():
    """The twelve fields are the limits, then what remains, for requests and then tokens."""
    quota = Quota(TIER, 0.0)
    quota.reserve(1500, 0.0)
    names = [name for name, _ in quota.headers(0.0)]
    assert names == [
        f"x-ratelimit-{what}-{kind}-{period}"
        for what in ("limit", "remaining")
        for kind in ("requests", "tokens")
        for period in ("minute", "hour", "day")
    ]
    assert [value for _, value in quota.headers(0.0)] == [
        *("30", "900", "14400", "60000", "1000000", "1000000"),
        *("29", "899", "14399", "58500", "998500", "998500"),
    ]


def test_headers_returning():
    """What an answer is about to put back is shown as there already, and never above the limit."""
    quota = Quota(TIER, 0.0)
    quota.reserve(1500, 0.0)
    shown = dict(quota.headers(0.0, returning=1400))
    assert shown["x-ratelimit-remaining-tokens-minute"] == "59900"
    assert shown["x-ratelimit-remaining-requests-minute"] == "29"
    shown = dict(quota.headers(0.0, returning=9999))
    assert shown["x-ratelimit-remaining-tokens-minute"] == "60000"


def test_settle():
    """What was reserved and not used comes back; more used than reserved is taken."""
    quota = Quota(TIER, 0.0)
    quota.reserve(1000, 0.0)
    quota.settle(1000, 10, 0.0)
    assert dict(quota.headers(0.0))["x-ratelimit-remaining-tokens-minute"] == "59990"
    quota.settle(0, 90, 0.0)
    assert dict(quota.headers(0.0))["x-ratelimit-remaining-tokens-minute"] == "59900"


def test_settle_when_over():
    """A reservation larger than what is left is put back as far as it was taken, no further."""
    quota = Quota(TIER, 0.0)
    quota.spend(requests=0, tokens=59_000, now=0.0)
    quota.reserve(5000, 0.0)
    quota.settle(5000, 100, 0.0)
    assert dict(quota.headers(0.0))["x-ratelimit-remaining-tokens-minute"] == "900"


def test_more_than_fits():
    """A request that reserves more than a bucket holds is admitted by a full one."""
    quota = Quota(SMALL, 0.0)
    assert quota.refusal(5000, 0.0) is None
    quota.spend(requests=0, tokens=1, now=0.0)
    assert quota.refusal(5000, 0.0).wait == pytest.approx(86.4)


def test_bucket():
    """A bucket refills evenly up to its size, never beyond, and time does not run backwards."""
    bucket = Bucket(60, 60.0, 0.0, 100.0)
    assert [bucket.refill(now) for now in (100.0, 101.0, 100.5, 110.5, 1000.0)] == [
        *(0.0, 1.0, 1.0, 10.5),
        60.0,
    ]
    assert bucket.wait_for(60, 1000.0) == 0.0
    bucket.drain(1000, 1000.0)
    assert bucket.wait_for(30, 1000.0) == 30.0
    assert bucket.wait_for(90, 1000.0) == 60.0


def test_debt():
    """What is taken and not there is owed: shown as nothing left, and first to be paid back."""
    bucket = Bucket(60, 60.0, -940.0, 1000.0)
    assert bucket.wait_for(30, 1000.0) == 970.0
    assert bucket.wait_for(90, 1000.0) == 1000.0
    assert bucket.left(0) == 0
    assert bucket.left(945) == 5


@pytest.mark.parametrize("refill", ["continuous", "window"])
def test_debt_of_a_quota(refill):
    """What was reserved beyond what there is comes back to the token, at once or later."""
    quota, other = (Quota(SMALL, 0.0, refill, enforced=False) for _ in range(2))
    for _ in range(5):
        quota.reserve(1000, 0.0)
        other.reserve(7, 0.0)
    assert dict(quota.headers(0.0))["x-ratelimit-remaining-tokens-minute"] == "0"
    for now in (0.0, 0.0, 10.0, 10.0, 10.0):
        quota.settle(1000, 7, now)
    assert quota.headers(10.0) == other.headers(10.0)


PER_SECOND = ("requests", "second")
PER_MINUTE = ("requests", "minute")
TOKENS = ("tokens", "minute")


def test_not_enforced():
    """A quota that is not enforced counts and shows, and refuses nothing."""
    quota = Quota(SMALL, 0.0, enforced=False)
    for _ in range(10):
        assert quota.refusal(10, 0.0) is None
        quota.reserve(10, 0.0)
    assert dict(quota.headers(0.0))["x-ratelimit-remaining-requests-minute"] == "0"


@pytest.mark.parametrize("enforced", [True, False])
def test_imposed(enforced):
    """A limit that is imposed refuses whether or not the others do; once lifted it is forgotten."""
    quota = Quota(TIER, 0.0, enforced=enforced)
    quota.impose({PER_SECOND: Temporary(2, 0.0)})
    for _ in range(2):
        assert quota.refusal(1, 0.0) is None
        quota.reserve(1, 0.0)
    refused = quota.refusal(1, 0.0)
    assert (refused.problem, refused.wait, refused.retry_after) == ("requests_per_second", 0.5, 1)
    assert quota.refusal(1, 0.5) is None
    quota.impose({})
    assert quota.refusal(1, 0.0) is None


def test_imposed_again():
    """A limit goes on as long as it is the same one, and begins anew as another."""
    quota, limit = Quota(TIER, 0.0), Temporary(1, 0.0, 10.0)
    quota.impose({PER_MINUTE: limit})
    quota.reserve(1, 0.0)
    quota.impose({PER_MINUTE: Temporary(1, 0.0, 10.0)})
    assert quota.refusal(1, 1.0) is not None
    quota.impose({PER_MINUTE: Temporary(1, 20.0, 30.0)})
    assert quota.refusal(1, 20.0) is None


def test_in_place_of_the_tiers():
    """An imposed limit takes the place of the tier's, in the fields too; the others stay."""
    quota = Quota(SMALL, 0.0)
    quota.impose({PER_MINUTE: Temporary(5, 0.0)})
    for _ in range(5):
        assert quota.refusal(1, 0.0) is None
        quota.reserve(1, 0.0)
    assert quota.refusal(1, 0.0) == Refusal("requests", "minute", 12.0)
    fields = dict(quota.headers(0.0))
    assert fields["x-ratelimit-limit-requests-minute"] == "5"
    assert fields["x-ratelimit-remaining-requests-minute"] == "0"
    assert fields["x-ratelimit-remaining-requests-hour"] == "15"
    assert quota.refusal(96, 1.0).problem in ("requests_per_minute", "tokens_per_minute")


@pytest.mark.parametrize(
    ("until", "spent", "enforced", "wait"),
    [
        (math.inf, 0, True, 60.0),
        (100.0, 0, True, 60.0),
        (7.0, 0, True, 7.0),
        (7.0, 2, True, 20.0),
        (30.0, 2, True, 30.0),
        (7.0, 2, False, 7.0),
    ],
)
def test_wait_for_the_end(until, spent, enforced, wait):
    """A request is admitted when the limit has enough, or has ended and the tier has enough."""
    quota = Quota(SMALL, 0.0, enforced=enforced)
    quota.spend(requests=spent, tokens=0, now=0.0)
    quota.impose({PER_MINUTE: Temporary(1, 0.0, until)})
    quota.reserve(0, 0.0)
    assert quota.refusal(0, 0.0).wait == pytest.approx(wait, abs=1e-6)


def test_settling_what_was_reserved_before():
    """What was reserved before a limit began is put back into the tier's buckets alone."""
    quota = Quota(TIER, 0.0)
    quota.reserve(500, 0.0)
    quota.impose({TOKENS: Temporary(1000, 10.0)})
    quota.reserve(600, 10.0)
    quota.settle(500, 0, 11.0, since=0.0)
    left = dict(quota.headers(11.0))["x-ratelimit-remaining-tokens-minute"]
    assert left == str(1000 - 600 + 1000 // 60)
    quota.settle(600, 0, 11.0, since=10.0)
    assert dict(quota.headers(11.0))["x-ratelimit-remaining-tokens-minute"] == "1000"


@pytest.mark.parametrize(
    ("now", "amount", "level", "wait"),
    [
        (30.0, 1, 1, 0.0),
        (30.0, 2, 1, 30.0),
        (59.75, 5, 1, 0.25),
        (60.0, 5, 4, 0.0),
        (200.0, 4, 4, 0.0),
    ],
)
def test_window(now, amount, level, wait):
    """All is back when the minute is over, not before; more than there can be needs all of it."""
    window = Window(4, 60.0, 1.0, 20.0)
    assert window.wait_for(amount, now) == wait
    assert window.refill(now) == level


def test_windows_of_a_quota():
    """A quota by windows refuses until the next full minute, whatever was used when."""
    quota = Quota(SMALL, 0.0, "window")
    for at in (5.0, 50.0, 55.0):
        quota.reserve(0, at)
    assert quota.refusal(0, 55.0) == Refusal("requests", "minute", 5.0)
    assert quota.refusal(0, 60.0) is None
