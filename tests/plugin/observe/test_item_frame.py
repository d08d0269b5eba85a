"""How the frame of a test is found, and what its code can do."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import threading

import hypothesis
import pytest

from pytest_cerebras.observe.item_frame import catches, codes_of, frame_elsewhere, frame_of, raises


class Item:
    """The attribute of a pytest item that is needed."""

    def __init__(self, obj):
        self.obj = obj


def code_of(function):
    return frozenset({function.__code__})


def decorated(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)

    return inner


def plain():
    answer = "yes"
    return sys._getframe(), answer


async def waits(found):
    answer = "yes"
    found.append(await looks())
    return answer


async def looks():
    async with asyncio.TaskGroup() as group:
        found = group.create_task(finds())
    return found.result()


async def finds():
    return frame_elsewhere(code_of(waits))


def test_codes():
    """Plain functions, decorated ones, and those that hypothesis wraps are found."""

    @hypothesis.given(hypothesis.strategies.none())
    def given(_):
        pass

    assert codes_of(Item(plain)) == code_of(plain)
    assert codes_of(Item(decorated(plain))) == code_of(plain)
    assert given.hypothesis.inner_test.__code__ in codes_of(Item(given))
    assert codes_of(Item(None)) == codes_of(Item(3)) == frozenset()


def test_own_thread():
    """The frame itself or a caller is found, and its locals stay readable."""
    frame, _ = plain()
    assert frame_of(code_of(plain), frame) is frame
    assert frame.f_locals == {"answer": "yes"}
    assert frame_of(code_of(test_own_thread), sys._getframe()) is sys._getframe()
    assert frame_of(code_of(looks), sys._getframe()) is None


def test_another_thread():
    """A test in the main thread, seen from one that works for it."""
    found = []
    code = code_of(test_another_thread)
    thread = threading.Thread(target=lambda: found.append(frame_elsewhere(code)))
    thread.start()
    thread.join()
    assert found == [sys._getframe()]
    assert frame_elsewhere(code_of(looks)) is None


def test_another_task():
    """A coroutine that waits for a task, seen from that task; its locals stay."""
    found = []
    assert asyncio.run(waits(found)) == "yes"
    assert found[0].f_code is waits.__code__
    assert found[0].f_locals["answer"] == "yes"


def test_raises():
    """Whether a test asserts that there is an exception."""

    def one():
        with pytest.raises(ValueError, match="a"):
            int("a")

    class Case:
        def two(self):
            self.assertRaises(ValueError)  # noqa: PT027

    assert raises(code_of(one))
    assert raises(code_of(Case.two))
    assert not raises(code_of(plain))


def with_a_clause():
    try:
        int("a")
    except ValueError:
        return


def with_a_bare_clause():
    try:
        int("a")
    except:  # noqa: E722
        return


def with_a_clause_within():
    def inner():
        try:
            int("a")
        except* ValueError:
            pass

    return inner


def with_a_guard():
    with contextlib.suppress(ValueError):
        int("a")


def with_a_block():
    with contextlib.nullcontext():
        int("1")


@pytest.mark.parametrize(
    ("function", "may"),
    [
        (with_a_clause, True),
        (with_a_bare_clause, True),
        (with_a_clause_within, True),
        (with_a_guard, True),
        (with_a_block, False),
        (plain, False),
    ],
)
def test_catches(function, may):
    """Whether a test may catch an exception, be it in a function within."""
    assert catches(code_of(function)) is may
