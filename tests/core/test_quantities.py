import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.core.quantities import (
    Count,
    Positive,
    Probability,
    Seconds,
    SignedSeconds,
    counted,
    duration,
    seconds,
    signed_seconds,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0s", 0.0),
        ("1ms", 0.001),
        ("250ms", 0.25),
        ("2s", 2.0),
        ("0.5s", 0.5),
        ("1.5m", 90.0),
        ("1h", 3600.0),
        ("2d", 172800.0),
    ],
)
def test_seconds(text, value):
    """A number with a unit is read as seconds."""
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "5",
        "s",
        "5 s",
        "-1s",
        "+1s",
        "1.s",
        ".5s",
        "1e3s",
        "1S",
        "1min",
        "1s2",
        7,
        1.5,
        None,
        True,
    ],
)
def test_not_seconds(wrong):
    """Anything else is refused with an example of what is right, a bare number above all."""
    with pytest.raises(ValueError, match="with its unit, such as 250ms, 2s, 1m or 1h"):
        seconds(wrong)


@pytest.mark.parametrize("long", ["36501d", "876001h", "9" * 400 + "s"])
def test_too_long(long):
    """A hundred years are enough; beyond, timers and dates fail."""
    with pytest.raises(ValueError, match="should be at most 36500d"):
        seconds(long)


@pytest.mark.parametrize(("text", "value"), [("3s", 3.0), ("-30s", -30.0), ("-1.5m", -90.0)])
def test_signed(text, value):
    """What is told as a date may lie in the past."""
    assert signed_seconds(text) == value


@pytest.mark.parametrize("wrong", ["--1s", "- 1s", "-", "+1s", -1, None])
def test_not_signed(wrong):
    """With a minus or without: a unit there must be."""
    with pytest.raises(ValueError, match="with its unit"):
        signed_seconds(wrong)


@given(st.integers(0, 36_500), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_units_agree(amount, unit):
    """So many units last so many times as long as one."""
    assert seconds(f"{amount}{unit}") == pytest.approx(amount * seconds(f"1{unit}"))


def test_schema_of_seconds():
    """Editors learn the form of a duration from the JSON Schema."""
    schema = TypeAdapter(Seconds).json_schema()
    assert schema == {"type": "string", "pattern": r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$"}
    signed = TypeAdapter(SignedSeconds).json_schema()
    assert signed == {"type": "string", "pattern": r"^-?(\d+(?:\.\d+)?)(ms|s|m|h|d)$"}


@pytest.mark.parametrize(
    ("quantity", "good", "bad"),
    [
        (Probability, [0, 0.2, 1], [-0.1, 1.1, 20]),
        (Positive, [1, 10**9], [0, -1, 1.5]),
        (Count, [0, 7], [-1, 0.5]),
    ],
)
def test_ranges(quantity, good, bad):
    """Probabilities lie in 0 to 1, positive numbers from 1, counts from 0."""
    adapter = TypeAdapter(quantity)
    assert [adapter.validate_python(value) for value in good] == good
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_counted():
    """One thing is told from none and from several."""
    assert [counted(count, "cell") for count in range(3)] == ["0 cells", "1 cell", "2 cells"]


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (0, "0 s"),
        (0.3, "0.3 s"),
        (9.999, "9.999 s"),
        (61.2, "61 s"),
        (3600, "1 h"),
        (86400, "24 h"),
    ],
)
def test_duration(wait, text):
    """Seconds are as exact as anybody wants, and hours are hours."""
    assert duration(wait) == text
