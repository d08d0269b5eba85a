"""What is kept of a side effect: JSON, short, and still told from others."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from uuid import UUID

import pytest
from pydantic import BaseModel

from mockserver.journal.side_effects import SideEffect


def kept(value):
    one = SideEffect.of("x", {"value": value}, at=1.0)
    json.dumps(one.arguments, allow_nan=False).encode()
    return one.arguments["value"], one.exact


@dataclass
class Point:
    """A value with fields."""

    x: int
    inner: object = None


class Order(BaseModel):
    """A value that pydantic checks."""

    number: int


class Silent:
    """An object that says nothing."""

    def __repr__(self):
        raise ValueError


class Changing(dict):
    """A mapping that another thread changes meanwhile."""

    def items(self):
        """Fail."""
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (0.5, 0.5),
        ("x", "x"),
        ({"a": [1, (2, "x")]}, {"a": [1, [2, "x"]]}),
        ({1: "x"}, {"1": "x"}),
        (frozenset("ba"), ["a", "b"]),
        (math.inf, "inf"),
        (Decimal("1.5"), "Decimal('1.5')"),
        (date(2026, 5, 1), "datetime.date(2026, 5, 1)"),
        (UUID(int=1), "UUID('00000000-0000-0000-0000-000000000001')"),
        (PurePosixPath("a"), "PurePosixPath('a')"),
        (b"x", "b'x'"),
        (Point(1, Point(2)), {"x": 1, "inner": {"x": 2, "inner": None}}),
        (Order(number=1), {"number": 1}),
        ("\ud800", "\\ud800"),
    ],
    ids=map(str, range(17)),
)
def test_told_in_full(value, expected):
    """What JSON can hold stays as it is; values that their text tells are kept as that."""
    assert kept(value) == (expected, True)
    assert type(kept(value)[0]) is type(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Silent(), "<Silent>"), (Changing(a=1), "<Changing>"), (Point, repr(Point))],
    ids=["silent", "changing", "class"],
)
def test_nobody_knows(value, expected):
    """Of what is only shown, two that look the same need not be the same."""
    assert kept(value) == (expected, False)


def test_long_texts():
    """Of a long text the beginning is kept, and a digest that tells it from others."""
    one, other = kept("x" * 9000 + "a"), kept("x" * 9000 + "b")
    assert one[0].startswith("x" * 400 + "[... 8601 more, ")
    assert one != other
    assert one[1]
    assert other[1]


def deep():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [deep(), ["x" * 300] * 1000, {str(at): at for at in range(5000)}, 1 << 100_000],
    ids=["deep", "long", "wide", "huge"],
)
def test_bounded(value):
    """However much there is, little is kept of it."""
    found, exact = kept(value)
    assert len(json.dumps(found)) < 9000
    assert exact == isinstance(value, int)


def test_same_arguments():
    """Neither the order of arguments nor that of keys counts; True is not 1."""
    one = SideEffect.of("x", {"a": {"b": 1, "c": 2}, "d": True}, at=1.0)
    same = SideEffect.of("x", {"d": True, "a": {"c": 2, "b": 1}}, at=2.0)
    other = SideEffect.of("x", {"d": 1, "a": {"c": 2, "b": 1}}, at=2.0)
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert one.has({"a": {"c": 2, "b": 1}})
    assert not one.has({"d": 1})
    assert not one.has({"e": None})


def test_line():
    """A line says what ran, with what, and whether it raised; what is long is cut."""
    one = SideEffect.of("pay", {"to": "a\nb", "cents": 5}, at=1.0)
    assert one.line() == "side effect: pay(to='a\\nb', cents=5)"
    failed = SideEffect("pay", {"to": "x" * 500}, failed=True)
    assert failed.line() == f"side effect: pay(to='{'x' * 156}...) raised an exception"
