"""Requests that a file posts to the real API without any client library."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .clients import arguments, is_cerebras, is_open
from .source import Source
from .values import known, text_of

_MODULES = ("requests", "httpx")


@dataclass(frozen=True, slots=True)
class Post:
    """
    A request by ``requests`` or ``httpx``.

    ``library`` is the name of the module. ``headers`` and ``model`` are what the file tells;
    ``headers`` is None if it does not tell all of their names.
    """

    call: ast.Call
    library: str
    url: str
    headers: Mapping[str, str] | None
    model: str

    @property
    def without_timeout(self) -> bool:
        """Whether it surely waits for an answer without limit."""
        timeout = arguments(self.call).get("timeout")
        if isinstance(timeout, ast.Constant) and timeout.value is None:
            return True
        return timeout is None and self.library == "requests" and not is_open(self.call)


def posts(source: Source) -> Iterator[Post]:
    """Yield the requests whose URL is surely one of the real API."""
    for call in source.calls:
        library, _, function = source.full_name(call.func).rpartition(".")
        if library in _MODULES and function == "post":
            given = arguments(call)
            url = text_of(source, call.args[0] if call.args else given.get("url"))
            if is_cerebras(url):
                headers = _headers(source, given.get("headers"))
                yield Post(call, library, url, headers, _model(source, given.get("json")))


def _dict(source: Source, node: ast.expr | None) -> ast.Dict | None:
    """Return the literal that an argument stands for, unless somebody may have changed it."""
    found = source.value_of(node) if isinstance(node, (ast.Name, ast.Attribute)) else node
    if not isinstance(found, ast.Dict) or None in found.keys:
        return None
    if found is node or not isinstance(node, ast.Name):
        return found if found is node else None
    changed = (
        isinstance(one, (ast.Subscript, ast.Attribute))
        and isinstance(one.value, ast.Name)
        and one.value.id == node.id
        for one in ast.walk(source.tree)
    )
    return None if any(changed) else found


def _headers(source: Source, node: ast.expr | None) -> Mapping[str, str] | None:
    found = _dict(source, node)
    if found is None:
        return None
    names = [known(source, one) for one in found.keys]
    if not all(name and name.sure and isinstance(name.value, str) for name in names):
        return None
    pairs = zip(names, found.values, strict=True)
    return {name.value.lower(): text_of(source, value) for name, value in pairs if name}


def _model(source: Source, node: ast.expr | None) -> str:
    found = _dict(source, node)
    for name, value in zip(found.keys, found.values, strict=True) if found else ():
        if isinstance(name, ast.Constant) and name.value == "model":
            return text_of(source, value)
    return ""
