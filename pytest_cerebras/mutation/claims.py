"""
Reads the code of a test to find out what the test asserts.

The code of a test is its function, its fixtures, and the functions that these call by name. Code
that can't be read counts as a strong claim, so that it never makes a test look blind.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

import pytest

from pytest_cerebras.observe.call_sites import of_the_app

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_MOST = 100  # how many functions are read at most for one test
_CLAIMING = ("check", "verify", "expect", "ensure", "validate", "should", "must", "match")
_DEMANDING = frozenset({"raises", "warns", "fail", "deprecated_call", "exit"})
_OF_TYPES = frozenset({"isinstance", "callable", "hasattr", "issubclass"})
_UPPER = (ast.Lt, ast.LtE)
_LOWER = (ast.Gt, ast.GtE)


@dataclass(frozen=True, slots=True)
class Claims:
    """
    What a test asserts.

    ``is_weak``: the test asserts nothing, or only what is true of any answer, such as the type.
    ``is_bound``: an assertion states an upper bound, or that something is absent. ``takes_errors``:
    the test itself handles exceptions.
    """

    is_weak: bool = False
    is_bound: bool = False
    takes_errors: bool = False


def claims_of(item: pytest.Item) -> Claims:
    """Return what a test asserts."""
    functions = list(islice(_functions(item), _MOST))
    trees = [tree for one in functions if (tree := _source(one)) is not None]
    if not trees or len(trees) < len(functions) or len(functions) == _MOST:
        return Claims()
    own = [tree for one, tree in zip(functions, trees, strict=True) if _is_of_tests(one, item)]
    asserts = [(one.test, _locals(tree)) for tree in trees for one in _of(tree, ast.Assert)]
    is_weak = all(_is_weak(test, known) for test, known in asserts)
    return Claims(
        is_weak and not any(map(_demands, own)),
        any(_is_bound(test) for test, _ in asserts),
        _takes_errors(trees[0]),
    )


def _functions(item: pytest.Item) -> Iterator[FunctionType]:
    """
    Yield the test, its fixtures, and the functions that they call by name.

    Functions in the app's files are included only if a test calls them directly. The app's own code
    may assert a lot, but that shows nothing about the test.
    """
    found: set[FunctionType] = set()
    waiting = [getattr(item, "function", None), *_fixtures(item)]
    while waiting:
        value = waiting.pop(0)
        value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if not isinstance(value, FunctionType):
            continue
        function: Any = inspect.unwrap(value)
        if not isinstance(function, FunctionType) or function in found:
            continue
        if of_the_app(function.__code__.co_filename) is not None:
            found.add(function)
            yield function
            if _is_of_tests(function, item):
                waiting += _called(function, getattr(item, "cls", None))


def _is_of_tests(function: FunctionType, item: pytest.Item) -> bool:
    file = Path(function.__code__.co_filename)
    named = file.stem.startswith(("test_", "conftest")) or file.stem.endswith("_test")
    return named or file == item.path


def _called(function: FunctionType, cls: type | None) -> Iterator[object]:
    """Yield what a function names: globals, and attributes of modules, classes and ``cls``."""
    code = function.__code__
    values = [function.__globals__[name] for name in code.co_names if name in function.__globals__]
    yield from values
    for one in (cls, *values):
        holders = one.__mro__ if isinstance(one, type) else (one,)
        for holder in holders:
            if isinstance(holder, (ModuleType, type)):
                yield from (vars(holder).get(name) for name in code.co_names)


def _fixtures(item: pytest.Item) -> list[Callable[..., Any]]:
    info = getattr(item, "_fixtureinfo", None)
    names = info.name2fixturedefs if info is not None else {}
    return [one.func for definitions in names.values() for one in definitions]


def _source(function: FunctionType) -> _Function | None:
    """Return the code of a function; None if it can't be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    first = tree.body[0] if tree.body else None
    return first if isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _of(tree: ast.AST, *kinds: type[Any]) -> Iterator[Any]:
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


def _demands(tree: _Function) -> bool:
    """Return whether a function itself raises an exception, or calls something that asserts."""
    calls = (_name(call.func) for call in _of(tree, ast.Call))
    return any(map(_is_demand, calls)) or any(_of(tree, ast.Raise))


def _is_demand(name: str) -> bool:
    return "assert" in name.lower() or name in _DEMANDING or name.startswith(_CLAIMING)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr.lstrip("_")
    return node.id.lstrip("_") if isinstance(node, ast.Name) else ""


def _takes_errors(test: _Function) -> bool:
    """Return whether a test handles exceptions by ``except`` or ``suppress``."""
    handles = any(one.handlers for one in _of(test, ast.Try, ast.TryStar))
    return handles or any(_name(call.func) == "suppress" for call in _of(test, ast.Call))


def _locals(tree: _Function) -> frozenset[str]:
    """Return the names of the variables to which a function assigns the results of calls."""
    return frozenset(
        target.id
        for one in _of(tree, ast.Assign)
        if isinstance(one.value, (ast.Call, ast.Await))
        for target in one.targets
        if isinstance(target, ast.Name)
    )


def _is_weak(test: ast.expr, known: frozenset[str]) -> bool:
    """Return whether an assertion holds for any answer, judging by its form."""
    match test:
        case ast.BoolOp(op=ast.Or()) if any(map(_is_of_type, test.values)):
            return True
        case ast.BoolOp(op=ast.Or()) if any(_swallows(one, test, known) for one in test.values):
            return True
        case ast.BoolOp():
            return all(_is_weak(one, known) for one in test.values)
        case _:
            return _is_of_type(test) or _root(test) in known


def _swallows(one: ast.expr, whole: ast.BoolOp, known: frozenset[str]) -> bool:
    """
    Return whether a part of an ``or`` makes the comparisons in the other parts worthless.

    ``reply == "Hi" or reply`` asserts no more than ``reply``.
    """
    compared = [each.left for each in whole.values if isinstance(each, ast.Compare)]
    same = [ast.dump(each) == ast.dump(one) for each in compared]
    return _root(one) in known and len(same) == len(whole.values) - 1 and all(same)


def _is_of_type(test: ast.expr) -> bool:
    """Return whether an assertion is only about the type of a value, or always holds."""
    match test:
        case ast.Constant():
            return True
        case ast.Call():
            return isinstance(test.func, ast.Name) and test.func.id in _OF_TYPES
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _is_weak_comparison(left, op, right)
        case _:
            return False


def _is_weak_comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    if isinstance(op, ast.IsNot):
        return isinstance(right, ast.Constant) and right.value is None
    if isinstance(op, (ast.Eq, ast.Is)):
        same = ast.dump(left) == ast.dump(right)
        return same or (isinstance(left, ast.Call) and _name(left.func) == "type")
    return isinstance(op, ast.GtE) and isinstance(right, ast.Constant) and right.value == 0


def _root(node: ast.expr) -> str:
    """Return the name at the start of a chain of attributes and items."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_bound(test: ast.expr) -> bool:
    """Return whether an assertion states an upper bound, or that something is absent."""
    if any(isinstance(one.op, ast.Not) for one in _of(test, ast.UnaryOp)):
        return True
    return any(
        _limits(op, left, right)
        for one in _of(test, ast.Compare)
        for left, op, right in zip(
            [one.left, *one.comparators], one.ops, one.comparators, strict=False
        )
    )


def _limits(op: ast.cmpop, left: ast.expr, right: ast.expr) -> bool:
    if isinstance(op, (ast.NotIn, ast.NotEq, *_UPPER)):
        return True
    if isinstance(op, _LOWER):
        return isinstance(left, ast.Constant)
    return isinstance(op, (ast.Eq, ast.Is)) and _is_nothing(right)


def _is_nothing(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Constant) and not node.value
