"""The clients that a file makes, and their chat calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from .libraries import Library, library
from .source import Source
from .values import known, text_of

_HOST = "api.cerebras.ai"
_CHATS = frozenset({"create", "parse", "stream"})


def is_cerebras(url: str) -> bool:
    """
    Return whether a URL belongs to the real API.

    >>> is_cerebras("https://api.cerebras.ai/v1"), is_cerebras("https://my-gateway/cerebras")
    (True, False)
    """
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return False
    return host == _HOST


def arguments(call: ast.Call) -> Mapping[str, ast.expr]:
    """Return the named arguments of a call."""
    return {one.arg: one.value for one in call.keywords if one.arg}


def is_open(call: ast.Call) -> bool:
    """Return whether a call has arguments that it does not spell out, such as ``**options``."""
    starred = any(isinstance(one, ast.Starred) for one in call.args)
    return starred or any(one.arg is None for one in call.keywords)


@dataclass(frozen=True)
class MadeClient:
    """A client that a file makes, or a call that makes a client implicitly."""

    source: Source
    call: ast.Call
    library: Library

    @cached_property
    def arguments(self) -> Mapping[str, ast.expr]:
        """The named arguments, and the model if it is the first positional argument."""
        named = dict(arguments(self.call))
        if self.library.positional and self.call.args:
            named.setdefault(self.library.model[0], self.call.args[0])
        return named

    def argument(self, names: tuple[str, ...]) -> ast.expr | None:
        """Return the value of the first of these names that the call has as an argument."""
        return next((self.arguments[name] for name in names if name in self.arguments), None)

    @cached_property
    def base_url(self) -> str:
        """The base URL, as far as the file shows it."""
        return text_of(self.source, self.argument(self.library.base_url))

    @cached_property
    def model(self) -> str:
        """The model's id without the vendor's prefix; empty if unknown."""
        return self._model.removeprefix(self.library.prefix)

    @property
    def _model(self) -> str:
        return text_of(self.source, self.argument(self.library.model))

    @cached_property
    def asks_cerebras(self) -> bool:
        """Whether the client certainly sends to the real API, unless a variable redirects it."""
        given = self.argument(self.library.base_url)
        if given is not None:
            return is_cerebras(self.base_url)
        if is_open(self.call) or {"provider", "client", "http_client"} & self.arguments.keys():
            return False
        prefix = self.library.prefix
        return self.library.own or bool(prefix and self._model.startswith(prefix))

    @property
    def is_ours(self) -> bool:
        """Whether the client calls this API, or a gateway in its place."""
        return self.library.own or self.asks_cerebras

    def sets(self, *names: str) -> bool:
        """Return whether one of these options is set, or may be set by ``**options``."""
        return is_open(self.call) or not self.arguments.keys().isdisjoint(names)

    @cached_property
    def retries(self) -> bool:
        """Whether the client certainly retries by itself."""
        if not self.library.sdk or is_open(self.call):
            return False
        if "max_retries" not in self.arguments:
            return True
        found = known(self.source, self.arguments["max_retries"])
        sure = found is not None and found.sure and not found.variable
        return sure and found is not None and isinstance(found.value, int) and found.value > 0


@dataclass(frozen=True, slots=True)
class Chat:
    """
    A chat call of a client.

    ``options`` are the calls between the client and the chat call, such as ``with_options(...)``.
    """

    call: ast.Call
    client: MadeClient
    options: tuple[ast.Call, ...] = ()

    def sets(self, *names: str) -> bool:
        """Return whether the call or its ``options`` set, or may set, one of these names."""
        calls = (self.call, *self.options)
        return any(is_open(one) or not arguments(one).keys().isdisjoint(names) for one in calls)


def clients(source: Source) -> list[MadeClient]:
    """Return the clients that a file makes."""
    found = ((call, library(name)) for call, name in source.named_calls)
    return [MadeClient(source, call, one) for call, one in found if one is not None]


def chats(source: Source, made: list[MadeClient]) -> Iterator[Chat]:
    """Yield the calls of ``chat.completions`` on clients that the file makes."""
    by_call = {one.call: one for one in made if one.library.sdk}
    for call in source.calls if by_call else ():
        base = _before_chat(call.func)
        if base is None:
            continue
        options = list[ast.Call]()
        while isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
            if base.func.attr not in ("with_options", "copy"):
                break
            options.append(base)
            base = base.func.value
        made_by = source.made_by(base)
        if made_by in by_call:
            yield Chat(call, by_call[made_by], tuple(options))


def _before_chat(function: ast.expr) -> ast.expr | None:
    """Return ``client`` if a function is ``client.chat.completions.create``, or else None."""
    match function:
        case ast.Attribute(
            value=ast.Attribute(
                value=ast.Attribute(value=client, attr="chat"),
                attr="completions",
            ),
            attr=last,
        ) if last in _CHATS:
            return client
        case _:
            return None
