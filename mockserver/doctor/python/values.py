"""Evaluates an expression, whose value may be a constant, an environment variable or unknown."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from .source import Source

_DEEPEST = 12
_WRAPPERS = frozenset({"SecretStr", "str", "Secret.from_token"})
LOOKUPS = frozenset({"os.environ.get", "os.getenv", "os.environ.setdefault"})
"""Functions that look up a variable and accept a default."""


@dataclass(frozen=True, slots=True)
class Known:
    """
    A value that the file shows.

    ``value`` is a constant. For an environment variable, ``variable`` is its name and ``value`` is
    its default. ``sure`` is false if only the name of the variable is known, because it has no
    default.
    """

    value: Any
    variable: str = ""
    sure: bool = True


def known(source: Source, node: ast.expr | None, depth: int = 0) -> Known | None:
    """Return the value of an expression, or None if it is unknown."""
    if node is None or depth > _DEEPEST:
        return None
    depth += 1
    found: Known | None = None
    match node:
        case ast.Constant(value=value):
            found = Known(value)
        case ast.JoinedStr(values=values):
            found = _joined([known(source, _part(one), depth) for one in values])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _joined([known(source, one, depth) for one in (left, right)])
        case ast.BoolOp(op=ast.Or(), values=[first, second]):
            found = _or(known(source, first, depth), known(source, second, depth))
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
            named = source.full_name(value) == "os.environ"
            found = Known(None, name, sure=False) if named else None
        case ast.Call() | ast.Name() | ast.Attribute():
            found = _looked_up(source, node, depth)
        case _:
            pass
    return found


def _looked_up(
    source: Source, node: ast.Call | ast.Name | ast.Attribute, depth: int
) -> Known | None:
    if isinstance(node, ast.Call):
        return _called(source, node, depth)
    return known(source, source.value_of(node), depth)


def text_of(source: Source, node: ast.expr | None) -> str:
    """Return the string that an expression stands for, or "" if it is unknown."""
    found = known(source, node)
    return found.value if found and found.sure and isinstance(found.value, str) else ""


def literal(source: Source, node: ast.expr | None) -> bool:
    """Return whether an expression is constant, so that it does not depend on the environment."""
    found = known(source, node)
    return found is not None and found.sure and not found.variable


def _part(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.FormattedValue):
        return node
    return node.value if node.format_spec is None and node.conversion == -1 else None


def _joined(parts: list[Known | None]) -> Known | None:
    told = [one for one in parts if one and one.sure and isinstance(one.value, (str, int))]
    if len(told) < len(parts):
        return None
    variable = next((one.variable for one in told if one.variable), "")
    return Known("".join(str(one.value) for one in told), variable)


def _or(first: Known | None, second: Known | None) -> Known | None:
    if first is None or second is None or not first.variable:
        return None
    return first if first.sure else Known(second.value, first.variable, second.sure)


def _called(source: Source, node: ast.Call, depth: int) -> Known | None:
    name = source.full_name(node.func)
    match node.args:
        case [inner] if name.rpartition(".")[2] in _WRAPPERS or _bare(node) in _WRAPPERS:
            return known(source, inner, depth + 1)
        case [ast.Constant(value=str(variable)), *rest] if name in LOOKUPS and not node.keywords:
            if not rest:
                return Known(None, variable, sure=False)
            default = known(source, rest[0], depth + 1)
            if default is None or not default.sure:
                return Known(None, variable, sure=False)
            return Known(default.value, variable)
        case _:
            return None


def _bare(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""
