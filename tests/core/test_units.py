import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError
from mockserver.core.units import (
    Count,
    Flag,
    Positive,
    Probability,
    Seconds,
    SignedSeconds,
    counted,
    day,
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


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("5 sec", "5s"),
        ("5 s", "5s"),
        ("5SECONDS", "5s"),
        ("1min", "1m"),
        ("100 ms", "100ms"),
        ("1.50 hours", "1.5h"),
        ("2 days", "2d"),
        ("1m30s", "90s"),
        ("1h 30 min", "5400s"),
        (5, "5s or 5ms"),
        (0.5, "0.5s or 0.5ms"),
        ("soon", None),
        ("5 parsecs", None),
        ("-5 sec", None),
        (True, None),
        (float("inf"), None),
        (None, None),
        ("9" * 1000 + "sec", None),
    ],
)
def test_meant_duration(found, meant):
    """A duration that is written as elsewhere is answered with how it is written here."""
    with pytest.raises(ValueError, match=r"^should be a duration with its unit") as caught:
        seconds(found)
    assert str(caught.value).partition("; ")[2] == (f"write {meant}" if meant else "")
    if isinstance(found, str) and meant:
        assert seconds(meant) > 0


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("50%", "0.5"),
        ("12.5 %", "0.125"),
        ("1/2", "0.5"),
        ("1 / 3", "0.333333"),
        (20, "0.2"),
        ("0.5", ""),
        ("1/0", ""),
        ("3/2", ""),
        ("150%", ""),
        ("often", ""),
        (True, ""),
    ],
)
def test_meant_probability(told, found, meant):
    """So is a probability."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Probability).validate_python(found)
    (error,) = caught.value.errors()
    said = told(error)
    assert "should be a number from 0 to 1" in said
    assert said.partition("; write ")[2].partition(" ")[0] == meant


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-11-30", True),
        ("2026-02-30", False),
        ("20261130", False),
        (0, False),
        ("2026-11-30T00:00:00", False),
    ],
)
def test_day(text, right):
    """A day is written in one way, and must be one."""
    if right:
        assert day(text) == dt.date(2026, 11, 30)
    else:
        with pytest.raises(ValueError, match=r"^should be a day"):
            day(text)


@pytest.mark.parametrize("word", ["true", "no", "on", 1, 0, None])
def test_flag(word):
    """Only true and false are flags."""
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(word)
    assert TypeAdapter(Flag).validate_json("true") is True


@pytest.mark.parametrize(
    ("flag", "meant"),
    [
        ("no", "; did you mean false?"),
        ("ON", "; did you mean true?"),
        ("'true'", "; did you mean true?"),
        ("1", "; did you mean true?"),
        ("maybe", ""),
    ],
)
def test_flags(flag, meant):
    """Only true and false are flags; what other languages take for one is told so."""
    adapter = TypeAdapter(dict[str, Flag])
    with pytest.raises(DocumentError) as caught:
        Document(f"a: {flag}", source="x").read_as(adapter)
    found = flag if flag in ("1", "'true'") else repr(flag)
    assert str(caught.value) == f"x:1:4: a: should be true or false, found {found}{meant}"
