"""
Stops requests where a library takes them, while the line of code that sends is still to be seen.

The audit hook of the guard sees neither a name that an event loop resolves by its own means, nor a
host that only a proxy is told, nor a connection that was open before.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache, wraps
from importlib import import_module
from socket import SOCK_STREAM
from typing import Any, NamedTuple

import pytest

from pytest_cerebras.clock.real import SOCKET

from .child.cerebras_guard import EscapeError
from .child.cerebras_hosts import is_real

Host = Callable[..., object]


class ClientHook(NamedTuple):
    """
    A method that requests go through, and how its arguments name their host.

    ``error`` is what the library raises for a host that it can't reach, where that is no OSError.
    """

    module: str
    owner: str
    method: str
    host: Host
    error: tuple[str, str] | None = None


def client_hooks() -> Iterator[ClientHook]:
    """Yield the doors of the libraries and loops that are known."""
    yield ClientHook("socket", "socket", "connect", _of_address)
    yield ClientHook("socket", "socket", "connect_ex", _of_address)
    yield ClientHook("ssl", "SSLContext", "wrap_socket", _real_server(5))
    yield ClientHook("ssl", "SSLContext", "wrap_bio", _real_server(4))
    yield ClientHook("asyncio", "BaseEventLoop", "getaddrinfo", _argument(1))
    yield ClientHook("uvloop", "Loop", "getaddrinfo", _argument(1))
    yield ClientHook("uvloop", "Loop", "create_connection", _argument(2))
    yield ClientHook("uvloop", "Loop", "sock_connect", _of_address)
    yield ClientHook("aiohttp", "BaseConnector", "connect", _of_request)
    for core in ("httpcore", "httpcore2"):
        error = (core, "ConnectError")
        yield ClientHook(
            f"{core}._backends.auto", "AutoBackend", "connect_tcp", _argument(1), error
        )
        for module, name in _CONNECTIONS:
            for folder, prefix, method in _KINDS:
                where = f"{core}.{folder}.{module}", f"{prefix}{name}", method
                yield ClientHook(*where, _of_request, error)


def install(refuse: Callable[[object], None], patch: pytest.MonkeyPatch) -> None:
    """Let all doors ask ``refuse`` first, which raises EscapeError."""
    for hook, owner in _owned():
        function = getattr(owner, hook.method, None)
        if function is not None:
            patch.setattr(owner, hook.method, _guarded(hook, function, refuse))


def _owned() -> list[tuple[ClientHook, Any]]:
    """Return all doors with what has them, None where that is not there."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as meanwhile:
        warnings.simplefilter("ignore")  # of libraries that the app may not even use
        meanwhile.setattr("socket.socket", SOCKET)  # no library can be imported over a guard of it
        return [(hook, _owner(hook)) for hook in client_hooks()]


def _owner(hook: ClientHook) -> Any:
    return getattr(import_module(hook.module), hook.owner, None) if _is_there(hook.module) else None


@cache
def _is_there(module: str) -> bool:
    """Return whether it is installed, and all that it needs; a vain attempt takes long."""
    try:
        return bool(import_module(module))
    except ImportError:
        return False


def _guarded(
    hook: ClientHook, function: Callable[..., Any], refuse: Callable[[object], None]
) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            refuse(hook.host(*args, **kwargs))
        except EscapeError as error:
            if hook.error is None:
                raise
            library, name = hook.error
            raise getattr(import_module(library), name)(str(error)) from error
        return function(*args, **kwargs)

    return guarded


def _argument(position: int, name: str = "host") -> Host:
    def host(*args: Any, **kwargs: Any) -> object:
        return args[position] if len(args) > position else kwargs.get(name)

    return host


def _real_server(position: int) -> Host:
    """Return the name that TLS is to prove, when the address was one of the real API."""
    named = _argument(position, "server_hostname")

    def host(*args: Any, **kwargs: Any) -> object:
        name = named(*args, **kwargs)
        return name if is_real(name) else None  # the others have been asked for by their address

    return host


def _of_address(*args: Any, **_: Any) -> object:
    connection, address = args[-2:]
    return address[0] if connection.type == SOCK_STREAM and isinstance(address, tuple) else None


def _of_request(_: object, request: Any, *__: object, **___: object) -> object:
    return request.url.host


# below what respx replaces, so that what a test answers itself is not on its way out
_CONNECTIONS = (
    ("http11", "HTTP11Connection"),
    ("http2", "HTTP2Connection"),
    ("http_proxy", "ForwardHTTPConnection"),
    ("http_proxy", "TunnelHTTPConnection"),
    ("socks_proxy", "Socks5Connection"),
)
_KINDS = (("_sync", "", "handle_request"), ("_async", "Async", "handle_async_request"))
