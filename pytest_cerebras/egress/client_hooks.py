"""
Stops requests inside the client libraries, where the line of code that sends is still on the stack.

The guard's audit hook misses three kinds of request. Event loops such as uvloop resolve names and
connect in C. With a proxy, the interpreter gets only the proxy's address, and the name of the host
is sent to the proxy. On a connection opened before the test, there is nothing left to resolve or
connect.

In redirect mode, some of these requests reach the mock, because the name of the host resolves to
the mock's address, and TLS clients get a context that trusts only the mock; see ``turning``.
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

from .ca_bundle import defaults_when_used
from .child.cerebras_guard import EscapeError, ports_instead_of
from .child.cerebras_hosts import is_real

Host = Callable[..., object]
Way = Callable[..., bool]


def _never(*_: object, **__: object) -> bool:
    return False


def _always(*_: object, **__: object) -> bool:
    return True


class ClientHook(NamedTuple):
    """
    A method through which every request of a library passes.

    ``host`` finds the host in the arguments of the method. ``error`` is the module and name of the
    exception that the library raises for an unreachable host; None means OSError. The hook raises
    this exception, because an app may handle it. If the real host is redirected to the mock,
    ``leads`` returns whether a request goes to the mock. ``leads`` takes the mock's ports and the
    arguments of the method.
    """

    module: str
    owner: str
    method: str
    host: Host
    error: tuple[str, str] | None = None
    leads: Way = _never


def client_hooks() -> Iterator[ClientHook]:
    """Yield the hooks for all known libraries and event loops."""
    yield ClientHook("socket", "socket", "connect", _of_address)
    yield ClientHook("socket", "socket", "connect_ex", _of_address)
    yield ClientHook("ssl", "SSLContext", "wrap_socket", _real_server(5), leads=_always)
    yield ClientHook("ssl", "SSLContext", "wrap_bio", _real_server(4), leads=_always)
    yield ClientHook("asyncio", "BaseEventLoop", "getaddrinfo", _argument(1), leads=_always)
    yield ClientHook("uvloop", "Loop", "getaddrinfo", _argument(1), leads=_always)
    yield ClientHook("uvloop", "Loop", "create_connection", _argument(2), leads=_always)
    yield ClientHook("uvloop", "Loop", "sock_connect", _of_address)
    yield ClientHook("aiohttp", "BaseConnector", "connect", _of_request, leads=_pooled)
    for core in ("httpcore", "httpcore2"):
        error = (core, "ConnectError")
        yield ClientHook(
            f"{core}._backends.auto", "AutoBackend", "connect_tcp", _argument(1), error, _always
        )
        for module, name in _CONNECTIONS:
            for folder, prefix, method in _KINDS:
                where = f"{core}.{folder}.{module}", f"{prefix}{name}", method
                leads = _never if "proxy" in module else _open
                yield ClientHook(*where, _of_request, error, leads)


def install(refuse: Callable[[object], None], patch: pytest.MonkeyPatch) -> None:
    """
    Call ``refuse`` with the host before each call of a hooked method.

    ``refuse`` may raise EscapeError.
    """
    with (
        warnings.catch_warnings(),
        pytest.MonkeyPatch.context() as meanwhile,
        defaults_when_used(),
    ):
        warnings.simplefilter("ignore")  # an import may warn of a library that the app does not use
        # some libraries subclass socket.socket when they are imported; this fails if a guard has
        # replaced the class
        meanwhile.setattr("socket.socket", SOCKET)
        owned = [(hook, _owner(hook)) for hook in client_hooks()]
    for hook, owner in owned:
        if (function := getattr(owner, hook.method, None)) is not None:
            patch.setattr(owner, hook.method, _guarded(hook, function, refuse))


def _owner(hook: ClientHook) -> Any:
    return getattr(import_module(hook.module), hook.owner, None) if _is_there(hook.module) else None


@cache
def _is_there(module: str) -> bool:
    """Return whether a module can be imported. Cached, because a failed import is slow."""
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
            host = hook.host(*args, **kwargs)
            ports = ports_instead_of(host)
            if not (ports and hook.leads(ports, *args, **kwargs)):
                refuse(host)
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
    """
    Return a function that finds the real API's TLS server name in the arguments.

    This catches a client that connects to an IP address and names the real host only in TLS.
    """
    named = _argument(position, "server_hostname")

    def host(*args: Any, **kwargs: Any) -> object:
        name = named(*args, **kwargs)
        return name if is_real(name) else None  # other hosts were checked by their address

    return host


def _of_address(*args: Any, **_: Any) -> object:
    connection, address = args[-2:]
    return address[0] if connection.type == SOCK_STREAM and isinstance(address, tuple) else None


def _of_request(_: object, request: Any, *__: object, **___: object) -> object:
    return request.url.host


def _open(ports: tuple[int, ...], connection: Any, *_: object, **__: object) -> bool:
    """
    Return whether a connection of httpcore leads to the mock.

    The connection may be older than the test.
    """
    address = connection._network_stream.get_extra_info("server_addr")  # noqa: SLF001
    return _is_mock(ports, address)


def _pooled(ports: tuple[int, ...], connector: Any, request: Any, *_: object, **__: object) -> bool:
    """
    Return whether a request of aiohttp goes to the mock.

    A new connection leads to the mock, unless there is a proxy. Open connections may be older than
    the test, so all of them are checked.
    """
    kept = connector._conns.get(request.connection_key, ())  # noqa: SLF001
    transports = [protocol.transport for protocol, _ in kept]
    peers = [each.get_extra_info("peername") for each in transports if each is not None]
    return request.proxy is None and all(_is_mock(ports, each) for each in peers)


def _is_mock(ports: tuple[int, ...], address: Any) -> bool:
    is_one = isinstance(address, tuple) and len(address) > 1
    return is_one and address[0] == "127.0.0.1" and address[1] in ports


# these methods are below the layer that respx replaces. So a request that the test itself lets
# respx answer never reaches these methods
_CONNECTIONS = (
    ("http11", "HTTP11Connection"),
    ("http2", "HTTP2Connection"),
    ("http_proxy", "ForwardHTTPConnection"),
    ("http_proxy", "TunnelHTTPConnection"),
    ("socks_proxy", "Socks5Connection"),
)
_KINDS = (("_sync", "", "handle_request"), ("_async", "Async", "handle_async_request"))
