"""
Decides whether the exception that ends a test shows a bug of the app.

An app may raise an error of its own, and it may pass on an error of its client library. The app has
a bug if an answer makes its code fail, or if a wrong result reaches the test's assertion.
"""

from __future__ import annotations

import ast
import dis
import sys
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

import pytest

from pytest_cerebras.observe.call_sites import of_the_app

Blame: TypeAlias = Literal["bug", "passed-on", "own"]
"""
``bug``: the app has a bug. ``passed-on``: the app passed on an error of the network or of a client
library. ``own``: the app raised an error of its own.
"""

_OURS = ("pytest_cerebras", "mockserver")
_SDKS = frozenset({"aiohttp", "cerebras", "h11", "h2", "httpcore", "httpx", "openai", "requests"})
_SDKS |= {"httpcore2", "httpx2", "urllib3"}
_CLIENTS = _SDKS | {"anyio", "http", "langchain_cerebras", "litellm", "urllib"}
_NETWORK = (OSError, TimeoutError)
_OF_RESULTS = frozenset({"assert_delivered"})
_OF_ANSWERS = frozenset({"text", "reasoning", "tool_calls", "choices"})
_LOOK_UPS = frozenset({"__getattr__", "__getattribute__", "__getitem__", "__missing__"})
_ENDINGS = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)
_RAISE = dis.opmap["RAISE_VARARGS"]
_STDLIB = str(Path(sysconfig.get_path("stdlib")).resolve())


def blame(error: BaseException, allowed: tuple[type[BaseException], ...] = ()) -> Blame:
    """Return what the exception that ended a test shows about the app."""
    first = first_of(error)
    if isinstance(error, (allowed, *_ENDINGS)) or isinstance(first, (allowed, *_ENDINGS)):
        return "own"
    if isinstance(first, (AssertionError, pytest.fail.Exception)):
        return "own" if is_about_traffic(first.__traceback__) else "bug"
    library = type(first).__module__.partition(".")[0]
    if library in _CLIENTS or isinstance(first, _NETWORK):
        return "passed-on"
    if library != "builtins" and library not in sys.stdlib_module_names:
        return "own"  # an error of the app, or of a library that the app uses
    if _package_of(_raised_in(first.__traceback__)) in _SDKS:
        return "passed-on"  # the client library failed, not the app
    return "own" if is_deliberate(first.__traceback__) else "bug"


def first_of(error: BaseException) -> BaseException:
    """Return the first exception inside nested groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def is_deliberate(traceback: TracebackType | None) -> bool:
    """
    Return whether a ``raise`` statement outside the standard library raised the exception.

    For example, ``raise ValueError("no answer")`` in an app is deliberate, but a failed look-up is
    not.
    """
    last = _last(traceback)
    if last is None:
        return False
    code = last.tb_frame.f_code
    if code.co_name in _LOOK_UPS:
        return False  # the caller looked up something that does not exist
    is_raised = last.tb_lasti >= 0 and code.co_code[last.tb_lasti] == _RAISE
    return is_raised and not _is_of_python(last)


def is_about_traffic(traceback: TracebackType | None) -> bool:
    """
    Return whether a failed assertion is about the requests that the mock received.

    Such an assertion is about the number or the order of requests. Faults may change these in a
    correct app. An assertion that compares a result with the mock's answers does not count.
    """
    last = _last(traceback)
    if last is None:
        return True
    frame = last.tb_frame
    if _package_of(frame.f_globals.get("__name__", "")) in _OURS:
        return not any(one.tb_frame.f_code.co_name in _OF_RESULTS for one in _entries(traceback))
    scope = {**frame.f_globals, **frame.f_locals}
    names, attributes = _words_in_line(frame.f_code.co_filename, last.tb_lineno)
    of_the_mock = any(_is_of_the_mock(scope.get(name)) for name in names)
    return of_the_mock and attributes.isdisjoint(_OF_ANSWERS)


def _is_of_the_mock(value: object) -> bool:
    some = value[0] if isinstance(value, (list, tuple)) and value else value
    return _package_of(type(some).__module__) in _OURS


def _package_of(module: str) -> str:
    return module.partition(".")[0]


@lru_cache(256)
def _words_in_line(filename: str, line: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names and the attributes in the assertion at a line of a file."""
    nodes = [
        node
        for statement in _asserts(filename)
        if statement.lineno <= line <= (statement.end_lineno or line)
        for node in ast.walk(statement.test)
    ]
    names = (node.id for node in nodes if isinstance(node, ast.Name))
    return frozenset(names), frozenset(one.attr for one in nodes if isinstance(one, ast.Attribute))


@lru_cache(64)
def _asserts(filename: str) -> tuple[ast.Assert, ...]:
    try:
        tree = ast.parse(Path(filename).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Assert))


def site_of(error: BaseException, test: str) -> str:
    """
    Return the line to mend, as ``file:line``.

    If an installed package raised the error, this is a line of the package. Otherwise it is the
    innermost line of the app. Lines of ``test``, the file of the test, count only if there is no
    other line.
    """
    inside = _in_package(first_of(error).__traceback__)
    if inside:
        return inside
    places = [place for place in _places(error) if place[0] is not None]
    own = of_the_app(test)
    of_app = [place for place in places if place[0] != own] or places
    return f"{of_app[-1][0]}:{of_app[-1][1]}" if of_app else ""


def _in_package(traceback: TracebackType | None) -> str:
    """
    Return the innermost line outside the standard library.

    The result is empty if that line is not in an installed package.
    """
    outside = [
        one
        for one in _entries(traceback)
        if not _is_of_python(one) and one.tb_frame.f_code.co_name not in _LOOK_UPS
    ]
    if not outside:
        return ""
    code = outside[-1].tb_frame.f_code
    package = _package_of(outside[-1].tb_frame.f_globals.get("__name__", ""))
    _, installed, inside = code.co_filename.replace("\\", "/").rpartition("-packages/")
    is_other = installed and package not in {*_SDKS, *_OURS, "_pytest", "pytest"}
    return f"{inside}:{outside[-1].tb_lineno}" if is_other else ""


def _places(error: BaseException) -> Iterator[tuple[str | None, int]]:
    for each in (error, first_of(error)):
        for entry in _entries(each.__traceback__):
            yield of_the_app(entry.tb_frame.f_code.co_filename), entry.tb_lineno


def _raised_in(traceback: TracebackType | None) -> str:
    """Return the name of the innermost module outside the standard library."""
    outside = [one for one in _entries(traceback) if not _is_of_python(one)]
    return outside[-1].tb_frame.f_globals.get("__name__", "") if outside else ""


def _is_of_python(entry: TracebackType) -> bool:
    """Return whether a frame belongs to the standard library."""
    filename = entry.tb_frame.f_code.co_filename
    return filename.startswith(("<frozen", _STDLIB)) and "-packages" not in filename


def _last(traceback: TracebackType | None) -> TracebackType | None:
    *_, last = (None, *_entries(traceback))
    return last


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
