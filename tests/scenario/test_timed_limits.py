import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.api.contract.quota import Temporary
from mockserver.scenario import Limit, Window, active_limits

SECOND, MINUTE, TOKENS = ("requests", "second"), ("requests", "minute"), ("tokens", "minute")
RECOVERY = Limit(Window(after=20.0, lasting=5.0), requests_per_second=5)
NIGHTS = Limit(Window(lasting=10.0, repeat=100.0), requests_per_minute=3, tokens_per_minute=1000)
STARTED = 1000.0


@pytest.mark.parametrize(
    ("limits", "elapsed", "found"),
    [
        ((), 0.0, {}),
        ((RECOVERY,), 19.9, {}),
        ((RECOVERY,), 20.0, {SECOND: Temporary(5, 1020.0, 1025.0)}),
        ((RECOVERY,), 24.9, {SECOND: Temporary(5, 1020.0, 1025.0)}),
        ((RECOVERY,), 25.0, {}),
        (
            (NIGHTS,),
            105.0,
            {MINUTE: Temporary(3, 1100.0, 1110.0), TOKENS: Temporary(1000, 1100.0, 1110.0)},
        ),
        (
            (RECOVERY, Limit(requests_per_second=1, requests_per_minute=9)),
            21.0,
            {SECOND: Temporary(5, 1020.0, 1025.0), MINUTE: Temporary(9, 1000.0)},
        ),
    ],
)
def test_imposed(limits, elapsed, found):
    """A limit holds while its window is open; of two to the same thing the first does."""
    assert active_limits(limits, STARTED, STARTED + elapsed) == found


def test_yaml():
    """In YAML a limit names what it limits, and when."""
    keys = {"window": {"after": "20s", "for": "5s"}, "requests_per_second": 5}
    assert TypeAdapter(Limit).validate_python(keys) == RECOVERY


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "sets no limit; name at least one of requests_per_second, "),
        ({"window": {"after": "1s"}}, "sets no limit; name at least one of requests_per_second, "),
        ({"requests_per_second": 0}, "greater_than_equal 1"),
        ({"tokens_per_minute": "many"}, "whole number"),
    ],
)
def test_refused(told, keys, said):
    """A limit to nothing, or to less than one, is refused."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Limit).validate_python(keys)
    (error,) = caught.value.errors()
    assert said in told(error)
