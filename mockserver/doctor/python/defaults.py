"""The models and addresses that a file uses by default."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from mockserver.doctor.variables import is_former

from .source import FUNCTIONS, Source
from .values import LOOKUPS, text_of

Spelled: TypeAlias = tuple[ast.expr, str]
"""The node of an expression, and the string that it stands for."""
_DEEPEST = 12
_OURS = re.compile(r"cerebras_(?:\w+_)?model(?:_name|_id)?|\w*_cerebras_model", re.IGNORECASE)
_ADDRESS = "CEREBRAS_BASE_URL"
_ROUTED = re.compile(r"cerebras[/:](?=[\w.-]+\Z)")


def spelled(source: Source, node: ast.expr | None, depth: int = 0) -> Spelled | None:
    """
    Return the string that an expression stands for, or its default.

    A default belongs to a parameter, a field or an environment variable, or follows ``or``. None if
    the string is unknown.
    """
    if node is None or depth > _DEEPEST:
        return None
    depth += 1
    match node:
        case ast.Constant(value=str(text)):
            return (node, text) if text else None
        case ast.BoolOp(op=ast.Or(), values=values):
            found = (spelled(source, one, depth) for one in values)
            return next((one for one in found if one), None)
        case ast.Call(args=[_, default]) if source.full_name(node.func) in LOOKUPS:
            return spelled(source, default, depth)
        case ast.Name() | ast.Attribute():
            return spelled(source, source.value_of(node) or _default(source, node), depth)
        case _:
            text = text_of(source, node)
            return (node, text) if text else None


def option(source: Source, call: ast.Call, name: str) -> ast.expr | None:
    """Return an argument of a call, even if it comes from a dictionary such as ``**options``."""
    for one in call.keywords:
        if one.arg == name:
            return one.value
    dicts = [one.value for one in call.keywords if one.arg is None]
    for given in dicts:
        found = _entry(source.value_of(given) or given, name)
        if found is not None and not (isinstance(given, ast.Name) and _is_set(source, given, name)):
            return found
    return None


def named(source: Source) -> Iterator[Spelled]:
    """Return the models that a constant, a setting or a variable sets for this API."""
    return _defaults(source, lambda name: bool(_OURS.fullmatch(name)) and not is_former(name))


def addresses(source: Source) -> Iterator[Spelled]:
    """Return the base URLs that the file sets for CEREBRAS_BASE_URL, or uses if it is unset."""
    return _defaults(source, lambda name: name == _ADDRESS)


def _defaults(source: Source, is_wanted: Callable[[str], bool]) -> Iterator[Spelled]:
    for node in (*source.settings, *source.calls):
        for name, value in _named(source, node):
            found = spelled(source, value) if is_wanted(name) else None
            if found:
                yield found


def bare(name: str) -> str:
    """
    Return the id of a model without the prefix ``cerebras`` that routers use.

    >>> bare("cerebras/llama3.1-8b"), bare("llama3.1-8b"), bare("gateway/cerebras/x")
    ('llama3.1-8b', 'llama3.1-8b', 'gateway/cerebras/x')
    """
    return _ROUTED.sub("", name, count=1) if _ROUTED.match(name) else name


def _named(source: Source, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name that is set or looked up, with its value or its default."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.Call(args=[ast.Constant(value=str(name)), value]):
            if source.full_name(node.func) in LOOKUPS:
                yield name, value
        case _:
            pass


def _entry(node: ast.expr, name: str) -> ast.expr | None:
    """Return the value of a key in a dictionary that is written as ``{...}`` or ``dict(...)``."""
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return next(
                (one for key, one in pairs if isinstance(key, ast.Constant) and key.value == name),
                None,
            )
        case ast.Call(func=ast.Name(id="dict"), keywords=given):
            return next((one.value for one in given if one.arg == name), None)
        case _:
            return None


def _is_set(source: Source, dictionary: ast.Name, name: str) -> bool:
    """Return whether the value of a key may be set after the dictionary is made."""
    for one in source.nodes:
        match one:
            case ast.Subscript(
                value=ast.Name(id=owner), slice=ast.Constant(value=key), ctx=ast.Store()
            ) if owner == dictionary.id and key == name:
                return True
            case ast.Attribute(value=ast.Name(id=owner), attr="update") if owner == dictionary.id:
                return True
            case _:
                pass
    return False


def _default(source: Source, node: ast.expr) -> ast.expr | None:
    """Return the default of the parameter or field that a node names."""
    match node:
        case ast.Name(id=name):
            return _default_of_parameter(source, node, name)
        case ast.Attribute(value=ast.Name(id="self" | "cls" as owner), attr=name):
            inside = (one for one in source.above(node) if isinstance(one, ast.ClassDef))
            scope = next(inside, None)
            if scope is None or (scope, f"{owner}.{name}") in source.bound:
                return None
            found = source.bound.get((scope, name), [])
            return found[0] if len(found) == 1 else None
        case _:
            return None


def _default_of_parameter(source: Source, node: ast.expr, name: str) -> ast.expr | None:
    function = next((one for one in source.above(node) if (one, name) in source.bound), None)
    if not isinstance(function, FUNCTIONS):
        return None
    given = source.bound[function, name]
    later = [one for one in given if one is not None]
    if len(given) - len(later) != 1:
        return None
    if later:
        return later[0] if _replaces_nothing(later, name) else None
    args = function.args
    before = [*args.posonlyargs, *args.args]
    by_place = zip(reversed(before), reversed(args.defaults), strict=False)
    pairs = (*by_place, *zip(args.kwonlyargs, args.kw_defaults, strict=True))
    return next((default for one, default in pairs if one.arg == name), None)


def _replaces_nothing(values: list[ast.expr], name: str) -> bool:
    """Return whether a name is set only by ``name = name or ...``."""
    match values:
        case [ast.BoolOp(op=ast.Or(), values=[ast.Name(id=first), _])]:
            return first == name
        case _:
            return False
