"""Requests that a file posts to the real API without any client library."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.api.contract import routes
from mockserver.doctor.environment import KEY
from mockserver.verdicts.mistakes.addresses import is_mistaken

from .clients import arguments, is_cerebras, is_open
from .defaults import Spelled, spelled
from .source import Source
from .values import Known, known, text_of

_FORM = "csk-..."
_MODULES = ("requests", "httpx")


@dataclass(frozen=True, slots=True)
class Post:
    """
    A request that the module ``requests`` or ``httpx`` sends.

    ``library`` is the name of the module. ``fields`` maps the lower-case names of the header fields
    to their values, with None for an unknown value; ``fields`` itself is None if there may be other
    header fields. ``model`` is the model in the body, with its node, or None if the file does not
    show it. ``as_form``: whether the body is a dictionary that is sent as a form.
    """

    call: ast.Call
    library: str
    url: str
    fields: Mapping[str, str | None] | None
    model: Spelled | None
    as_form: bool = False

    @property
    def without_timeout(self) -> bool:
        """Whether the wait for an answer certainly has no limit."""
        timeout = arguments(self.call).get("timeout")
        if isinstance(timeout, ast.Constant) and timeout.value is None:
            return True
        return timeout is None and self.library == "requests" and not is_open(self.call)


def posts(source: Source) -> Iterator[Post]:
    """Yield the requests to the API's host, or to a host that is often mistaken for it."""
    for call, name in source.named_calls:
        library, _, function = name.rpartition(".")
        if library in _MODULES and function == "post":
            given = arguments(call)
            url = text_of(source, call.args[0] if call.args else given.get("url"))
            if is_cerebras(url) or _is_meant_for_cerebras(url):
                fields = _fields(source, call)
                model = _model(source, given.get("json"))
                yield Post(call, library, url, fields, model, _is_form(source, call))


def _is_meant_for_cerebras(url: str) -> bool:
    """Return whether a URL has a path of the API, but a host often mistaken for the API's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return is_mistaken(parts.hostname or "") and routes.known(parts.path)


def _dict(source: Source, node: ast.expr | None) -> ast.Dict | None:
    """Return the dictionary literal that an argument stands for, unless it may have changed."""
    if not isinstance(node, ast.Name):
        found, changed = node, False
    else:
        found, changed = source.value_of(node), _is_changed(source, node.id)
    whole = isinstance(found, ast.Dict) and None not in found.keys
    return found if isinstance(found, ast.Dict) and whole and not changed else None


def _is_changed(source: Source, name: str) -> bool:
    """Return whether a dictionary of this name is used for anything but a named argument."""
    return any(not isinstance(source.parents[one], ast.keyword) for one in source.reads[name])


def _fields(source: Source, call: ast.Call) -> Mapping[str, str | None] | None:
    given = arguments(call)
    found = _dict(source, given.get("headers"))
    if found is None or is_open(call) or "auth" in given or "cookies" in given:
        return None
    names = [text_of(source, one) for one in found.keys]
    values = [_told(known(source, one)) for one in found.values]
    told = {name.lower(): value for name, value in zip(names, values, strict=True)}
    return None if "" in told else told


def _told(value: Known | None) -> str | None:
    """Return a field's value; a value from the API key's variable is replaced by a sample key."""
    if value is not None and value.sure:
        return str(value.value)
    return _FORM if value is not None and value.variable == KEY else None


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
