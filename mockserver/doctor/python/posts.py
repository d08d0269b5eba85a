"""Requests that a file posts to the real API without any client library."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .clients import arguments, is_cerebras, is_open
from .defaults import Spelled, spelled
from .source import Source
from .values import known, text_of

_MODULES = ("requests", "httpx")


@dataclass(frozen=True, slots=True)
class Post:
    """
    A request by ``requests`` or ``httpx``.

    ``library`` is the name of the module. ``fields`` are its header fields, by their names in lower
    case; the value is None if the file does not tell it. They are None together if there may be
    others. ``model`` is that of the body, as far as the file tells, with the place of it.
    ``as_form`` says that the body is a dictionary which is sent as a form.
    """

    call: ast.Call
    library: str
    url: str
    fields: Mapping[str, str | None] | None
    model: Spelled | None
    as_form: bool = False

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
                fields = _fields(source, call)
                model = _model(source, given.get("json"))
                yield Post(call, library, url, fields, model, _is_form(source, call))


def _dict(source: Source, node: ast.expr | None) -> ast.Dict | None:
    """Return the literal that an argument stands for, unless somebody may have changed it."""
    if not isinstance(node, ast.Name):
        found, changed = node, False
    else:
        found, changed = source.value_of(node), _is_changed(source, node.id)
    whole = isinstance(found, ast.Dict) and None not in found.keys
    return found if isinstance(found, ast.Dict) and whole and not changed else None


def _is_changed(source: Source, name: str) -> bool:
    """Return whether a dictionary of this name is used for more than as an argument by name."""
    return any(
        isinstance(one, ast.Name)
        and one.id == name
        and isinstance(one.ctx, ast.Load)
        and not isinstance(source.parents[one], ast.keyword)
        for one in ast.walk(source.tree)
    )


def _fields(source: Source, call: ast.Call) -> Mapping[str, str | None] | None:
    given = arguments(call)
    found = _dict(source, given.get("headers"))
    if found is None or is_open(call) or "auth" in given or "cookies" in given:
        return None
    names = [text_of(source, one) for one in found.keys]
    values = [known(source, one) for one in found.values]
    pairs = zip(names, values, strict=True)
    told = {name.lower(): str(one.value) if one and one.sure else None for name, one in pairs}
    return None if "" in told else told


def _is_form(source: Source, call: ast.Call) -> bool:
    given = arguments(call)
    alone = not {"json", "files"} & given.keys() and not is_open(call)
    return alone and _dict(source, given.get("data")) is not None


def _model(source: Source, node: ast.expr | None) -> Spelled | None:
    found = _dict(source, node)
    for name, value in zip(found.keys, found.values, strict=True) if found else ():
        if isinstance(name, ast.Constant) and name.value == "model":
            return spelled(source, value)
    return None
