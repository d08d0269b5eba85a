"""Which plain words of YAML are texts, and which are not."""

import datetime as dt
import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.scalars import Dumper, Loader, dumped, paired


def read(text):
    return yaml.load(text, Loader=Loader)  # noqa: S506 (it is a safe one)


WORDS = """
no yes on off y n No YES On OFF
tRUE nULL 12:30:45 1:30 2026-11-30 2026-11-30T10:00:00Z 1_000 0b1 0O7 0o8
0xg +0x1 = . + e3 1e 1.2.3 .Nan .iNF
+.nan nan inf NaN
"""
TEXTS = WORDS.split()


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text):
    """What YAML 1.1 takes for a flag, a number or a date is a text, as a value and as a key."""
    assert read(f"a: {text}") == {"a": text}
    assert read(f"{text}: 1") == {text: 1}


VALUES = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
    "0": 0,
    "-7": -7,
    "+7": 7,
    "010": 10,
    "08": 8,
    "0o10": 8,
    "0x1F": 31,
    "1e3": 1000.0,
    "1.": 1.0,
    "-.5": -0.5,
    "2.5E-1": 0.25,
    ".inf": math.inf,
    "-.INF": -math.inf,
    "+.Inf": math.inf,
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_values(text, value):
    """Flags, nulls and numbers are those of JSON, and a few more."""
    found = read(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_no_number(text):
    """NaN has three spellings."""
    assert math.isnan(read(text))


def test_merge():
    """A merge key is kept of YAML 1.1; keys of one's own outrank what is merged."""
    assert read("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}") == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 3, "c": 2},
    }


@pytest.mark.parametrize("tag", ["timestamp", "set", "binary", "omap", "python/name:os"])
def test_other_tags(tag):
    """A tag for what JSON does not have is refused."""
    with pytest.raises(yaml.YAMLError):
        read(f"!!{tag} {{}}")


@pytest.mark.parametrize(
    ("text", "value"),
    [("!!int 1_0", "1_0"), ("!!bool yes", "yes"), ("!!float x", "x"), ("!!str 12", "12")],
)
def test_tagged(text, value):
    """What does not look like what it is tagged as is a text."""
    assert read(text) == value


plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.sampled_from([*TEXTS, *VALUES, "<<"]),
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cn", "Co", "Cs"])),
)


@given(st.recursive(plain, lambda one: st.lists(one) | st.dictionaries(st.text("abc"), one)))
def test_dumped(value):
    """What is written reads as the same value, whatever it looks like."""
    assert read(dumped(value)) == value


@pytest.mark.parametrize("plainly", [True, False])
@given(st.recursive(plain, lambda one: st.lists(one) | st.dictionaries(st.text("abc"), one)))
def test_json(plainly, value):
    """JSON is read as JSON, however its characters are written."""
    text = json.dumps([value], ensure_ascii=plainly)
    if "Infinity" not in text:
        assert read(paired(text)) == [value]


@pytest.mark.parametrize(
    "text",
    [
        r'{"a": "\\ud83d\\ude00"}',
        r'{"a": "\ud83d"}',
        r"{a: '\ud83d\ude00'}",
        r'a: "\ud83d\ude00"',
        "[" * 100_000 + r"\ud83d\ude00",
    ],
)
def test_no_pairs(text):
    """What is no JSON, or no pair, stays as it is."""
    assert paired(text) == text


@pytest.mark.parametrize("value", [object(), dt.date(2026, 1, 1), b"x", {1}])
def test_not_dumped(value):
    """What has no form in JSON has none here."""
    with pytest.raises(yaml.YAMLError):
        dumped(value)


def test_others_are_left_alone():
    """The tables of PyYAML are as they were, for whoever else uses it in the process."""
    assert yaml.safe_load("on: 010") == {True: 8}
    assert Loader.yaml_constructors is not yaml.SafeLoader.yaml_constructors
    assert Dumper.yaml_implicit_resolvers is not yaml.SafeDumper.yaml_implicit_resolvers
