"""The texts in a value, and the fields beside them."""

from __future__ import annotations

import json
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from enum import Enum

import httpx
import pytest
from pydantic import BaseModel

from pytest_cerebras.observe import text_collector
from pytest_cerebras.observe.text_collector import TextCollector

TEXT = "Once upon a time"
Pair = namedtuple("Pair", "text done")  # noqa: PYI024 (as in old apps)


class State(Enum):
    """Of an answer."""

    PARTIAL = 1


@dataclass
class Plain:
    """With a dictionary."""

    text: str
    done: bool = False


@dataclass(slots=True)
class Slotted:
    """Without one."""

    text: str
    done: bool = False


class Model(BaseModel):
    """Of pydantic."""

    text: str
    done: bool = False


class Hostile:
    """An object whose code must not run."""

    def __init__(self):
        self.text = TEXT

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __iter__(self):
        raise RuntimeError

    @property
    def answer(self):
        """Not to be asked for."""
        raise RuntimeError


def texts(value, **settings):
    found = TextCollector(**settings)
    found.add("x", value)
    return {held.text for held in found.held}


def beside(value):
    found = TextCollector()
    found.add("x", value)
    return {field for held in found.held if held.text == TEXT for field in held.beside}


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        TEXT.encode(),
        bytearray(TEXT.encode()),
        [TEXT],
        ("a", TEXT),
        {TEXT},
        deque([TEXT]),
        {"a": {"b": [TEXT]}},
        OrderedDict(a=TEXT),
        Plain(TEXT),
        Slotted(TEXT),
        Model(text=TEXT),
        Pair(TEXT, done=False),
        Hostile(),
        ["Once ", "upon ", "a time"],
        [b"Once upon", b" a time"],
        json.dumps({"answer": TEXT}),
        json.dumps({"answer": TEXT}).encode(),
        f"{json.dumps({'answer': TEXT})}\n{json.dumps({'answer': 'no'})}\n",
        httpx.Response(200, json={"answer": TEXT}),
        'data: {"text": "Once upon"}\n\ndata: {"text": " a time"}\n\n',
        "data: Once upon\r\n\r\ndata:  a time\r\n\r\n",
    ],
    ids=lambda value: f"{type(value).__name__}-{value!r}"[:40].partition(" object at")[0],
)
def test_texts(value):
    """However deep it lies."""
    assert TEXT in texts(value)


@pytest.mark.parametrize(
    "value",
    [
        ValueError(TEXT),
        {"choices": [{"message": {"content": TEXT}}]},
        type("T", (), {"text": TEXT}),
        lambda: TEXT,
        httpx.Client(headers={"x": TEXT}),
        json,
    ],
    ids=["exception", "completion", "class", "function", "client", "module"],
)
def test_no_texts(value):
    """Errors, raw answers and code are not texts that an app hands out."""
    assert TEXT not in texts(value)


def test_raw():
    """The caller decides which objects are raw answers."""
    value = Plain(TEXT)
    assert texts(value, is_raw=lambda members: members is vars(value) or "done" in members) == set()


@pytest.mark.parametrize(
    "value", [Plain(TEXT), Slotted(TEXT), Model(text=TEXT), Pair(TEXT, done=False)]
)
def test_beside(value):
    """The fields beside a text are those of the object that holds it."""
    assert ("done", False) in beside(value)


def test_kinds_of_fields():
    """Numbers, None, words, and the names of an enumeration; nothing that is made of others."""
    value = {"text": TEXT, "n": 3, "none": None, "state": State.PARTIAL, "inner": {"x": 1}}
    assert beside(value) == {("text", TEXT), ("n", 3), ("none", None), ("", "dict")}
    assert beside((TEXT, None)) == {("", None)}
    assert beside([TEXT, "other"]) == set()
    found = TextCollector()
    found.add("x", {**value, "errors": [1], "warnings": [], "error": ValueError("a")})
    assert {
        *(("state", "PARTIAL"), ("x", 1), ("n", 3), ("none", None)),
        *(("errors", "[...]"), ("warnings", ""), ("exception", "ValueError")),
    } <= set(found.fields)


def test_code_of_others():
    """No code of a value runs, not even an attribute lookup."""

    class Table(dict):
        def __contains__(self, key):
            raise RuntimeError(key)

        def __missing__(self, key):
            raise RuntimeError(key)

        def items(self):
            raise RuntimeError

    class Proxy:
        __slots__ = ()

        @property
        def __class__(self):
            raise RuntimeError

    class Text(str):
        __slots__ = ()

        def __getitem__(self, key):
            raise RuntimeError

    class Row(list):
        def __iter__(self):
            raise RuntimeError

    assert texts([Table(a=TEXT), Proxy(), Row([TEXT]), Text(TEXT)]) == {TEXT}


def test_bounds(monkeypatch):
    """A circle ends, and so do many values, deep ones and long ones."""
    circle = [TEXT]
    circle.append(circle)
    assert TEXT in texts(circle)
    deep = TEXT
    for _ in range(text_collector._DEEP + 2):
        deep = [deep]
    assert texts(deep) == set()
    monkeypatch.setattr(text_collector, "_MOST", 10)
    assert len(texts([[str(number)] for number in range(50)])) < 50
    monkeypatch.setattr(text_collector, "_LONGEST", 8)
    assert texts(TEXT) == {TEXT[:8]}
