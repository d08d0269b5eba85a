"""Typed values as JSON, and when they count."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from mockserver.core.compiled import compiled, digest, row

_NUMBERS = count()


@dataclass(frozen=True)
class Inner:
    """A value inside of another."""

    day: dt.date | None = None


@dataclass(frozen=True)
class Outer:
    """A value of all types that are kept."""

    inner: tuple[Inner, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)
    plain: Any = "given"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return the name of a package with two YAML files; its folder is ``tmp_path / name``."""
    name = f"compiled_{next(_NUMBERS)}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    for file in ("one", "two"):
        (tmp_path / name / f"{file}.yaml").write_bytes(b"plain: 1\nother: 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.fixture
def keep(package, tmp_path):
    """Return a function that keeps the value of ``one``, which both files make."""

    def keep(value):
        rows = {"one": row(value, package, "one", "two")}
        (tmp_path / package / "shipped.json").write_text(json.dumps(rows))

    return keep


@pytest.mark.parametrize(
    "value",
    [
        Outer(),
        Outer((Inner(dt.date(2026, 11, 30)), Inner()), {"a": 1, "b": 1.0, "c": True}, None),
        Outer(plain=[1, [2, (3, Inner())], {"is": "x", "date": []}]),
        Outer(plain={"a": {"b": ["é", -0.5, 10**30]}}),
    ],
)
def test_same_value(package, keep, value):
    """A value comes back as it was, with the same types."""
    keep(value)
    found = compiled(package, "one", "one", "two")
    assert (found, repr(found)) == (value, repr(value))


@pytest.mark.parametrize("value", [{1}, b"x", {1: 2}, {"": 1}, Outer(plain=object())])
def test_no_form(package, value):
    """A value that would not come back is refused."""
    with pytest.raises(TypeError, match="no compiled form"):
        row(value, package, "one")


@pytest.mark.parametrize("name", ["one", "two"])
def test_edited(package, keep, tmp_path, name):
    """When one of its files is edited, the value counts no more."""
    keep(Outer())
    assert compiled(package, "one", "one", "two") is not None
    (tmp_path / package / f"{name}.yaml").write_bytes(b"plain: 2\n")
    assert compiled(package, "one", "one", "two") is None


def test_absent(package, keep):
    """Without the file, or without the name in it, there is no value."""
    assert compiled(package, "one", "one") is None
    keep(Outer())
    assert compiled(package, "two", "one", "two") is None


def test_line_ends(package, tmp_path):
    """A checkout with the line ends of Windows is the same."""
    before = digest(package, "one", "two")
    (tmp_path / package / "one.yaml").write_bytes(b"plain: 1\r\nother: 2\r\n")
    assert digest(package, "one", "two") == before
