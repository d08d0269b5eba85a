import datetime as dt

import pytest

from mockserver.api.contract.edition import Edition, Model, PerPeriod, Tier
from mockserver.api.contract.edition_settings import Keys, Validation
from mockserver.core.errors import UnknownNameError

MANY = PerPeriod(minute=30, hour=900, day=14400)
FREE, PAID = Tier(MANY, MANY), Tier(MANY, PerPeriod(1, 2, 3))
DAY = dt.date(2026, 1, 1)


def model(**changes):
    return Model(**({"context": 8192, "max_output": 4096, "speed": 1000} | changes))


def edition(**changes):
    models = {
        "live": model(),
        "wide": model(context=100_000),
        "gone": model(retired=dt.date(2025, 12, 31)),
        "going today": model(retired=DAY),
        "going": model(retired=dt.date(2026, 1, 2)),
    }
    tiers = {"free": FREE, "paid": PAID}
    fields = {"models": models, "tiers": tiers, "default_tier": "free"}
    return Edition("test", "An edition.", DAY, **(fields | changes))


def test_tier():
    """A tier is found by name; none is the default one."""
    assert edition().tier("paid") is PAID
    assert edition().tier(None) is FREE
    assert edition(default_tier="paid").tier(None) is PAID


def test_unknown_tier():
    """An unknown tier is refused with the names there are."""
    message = (
        "no tier of edition test is called 'fre'; did you mean 'free'\\? Allowed are free, paid"
    )
    with pytest.raises(UnknownNameError, match=message):
        edition().tier("fre")
    with pytest.raises(UnknownNameError, match="'gold'"):
        edition(default_tier="gold").tier(None)


@pytest.mark.parametrize(
    ("name", "strict", "lenient"),
    [
        ("live", True, True),
        ("gone", False, True),
        ("going today", False, True),
        ("going", True, True),
        ("never", False, False),
    ],
)
def test_serves(name, strict, lenient):
    """A retired model is served from its last day on only where an edition says so."""
    assert edition().serves(name) is strict
    assert edition(revived=("gone", "going today")).serves(name) is lenient


def test_narrowed():
    """Windows wider than asked are narrowed, narrower ones and everything else stay."""
    wide = edition()
    narrow = wide.narrowed(tier=None, context=10_000)
    assert narrow.models["wide"] == model(context=10_000)
    assert narrow.models["live"] == wide.models["live"]
    assert narrow.tiers == wide.tiers
    assert wide.models["wide"].context == 100_000


def test_defaults():
    """An edition that says nothing of keys takes them all and misses none silently."""
    assert edition().keys == Keys(prefix="", missing="not_authenticated")
    assert edition().bodies.done
    assert not edition().revived
    assert model().default_output is None
    assert edition().validation == Validation(status=400, prefix="", images=5, waives=())
    assert (model().reasoning_efforts, model().lacks) == ((), ())
