"""
Redirects clients in this process to the mock during a test if they have the real host hard-coded.

Most libraries resolve names by ``socket.getaddrinfo``. Libraries that resolve names in C have
separate hooks. In TLS, the name of the host appears once more, so a context that trusts only the
mock replaces the client's context. The client's own context stays unchanged, because it may be
older than the test. A client that resolved the name before the test fails in TLS, and does not
reach the real API.
"""

from __future__ import annotations

import inspect
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from os import devnull, environ
from pathlib import Path
from typing import Any

import anyio
import pytest

from .child import cerebras_redirect
from .child.cerebras_guard import turn_from, turn_to
from .child.cerebras_hosts import name_of
from .child.cerebras_redirect import Redirect

__all__ = ["Redirect", "leading_to", "turned", "variables"]

_PRELOAD = Path(cerebras_redirect.__file__).parent / "preload.cjs"
_NODE_ROOTS = "NODE_EXTRA_CA_CERTS"
_MOCK = "127.0.0.1"


@contextmanager
def turned(redirect: Redirect) -> Iterator[None]:
    """Redirect clients to the mock during the block, and make the guards accept their requests."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        turn_to(redirect)
        stack.callback(turn_from, redirect)
        for module, name, turn in (
            (socket, "getaddrinfo", redirect.turn),
            (anyio, "connect_tcp", redirect.turn_anyio),
        ):
            patch.setattr(module, name, getattr(module, name))  # restored after the block
            turn(module)
        pem = Path(redirect.authority).read_text("ascii")
        for name in ("wrap_socket", "wrap_bio"):
            wrap = getattr(ssl.SSLContext, name)
            patch.setattr(ssl.SSLContext, name, _trusting(wrap, redirect, pem))
        if find_spec("uvloop"):
            loop = import_module("uvloop").Loop
            patch.setattr(loop, "getaddrinfo", _resolving(loop.getaddrinfo, redirect))
            patch.setattr(loop, "create_connection", _connecting(loop.create_connection, redirect))
        resolver = import_module("aiohttp.resolver").AsyncResolver
        patch.setattr(resolver, "resolve", _resolved(resolver.resolve, redirect))
        yield


def leading_to(hosts: Iterable[str], tls_port: int, plain_port: int, authority: Path) -> Redirect:
    """Return the target for clients of these hosts; ``authority`` is a certificate file."""
    return Redirect(f"{' '.join(sorted(hosts))},{tls_port},{plain_port},{authority}")


def variables(redirect: Redirect, given: Mapping[str, str] = environ) -> Mapping[str, str]:
    """Return variables that redirect Python and Node children; settings in ``given`` are kept."""
    options = given.get("NODE_OPTIONS")
    return {
        cerebras_redirect.VARIABLE: redirect.text,
        "NODE_OPTIONS": " ".join(filter(None, (f'--require "{_PRELOAD}"', options))),
        _NODE_ROOTS: _node_roots(given, Path(redirect.authority)),
    }


def _node_roots(given: Mapping[str, str], authority: Path) -> str:
    """Return a file with the certificates of the mock and the user, as Node reads only one file."""
    own = Path(given.get(_NODE_ROOTS) or devnull)
    if not own.is_file():
        return str(authority)
    both = authority.with_name("node.pem")
    both.write_bytes(own.read_bytes().rstrip() + b"\n" + authority.read_bytes())
    return str(both)


def _trusting(
    wrap: Callable[..., Any], redirect: Redirect, pem: str
) -> Callable[..., ssl.SSLSocket | ssl.SSLObject]:
    signature = inspect.signature(wrap)

    @wraps(wrap)
    def trusting(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        if name_of(given.arguments.get("server_hostname")) in redirect.hosts:
            context = given.arguments["self"]
            own = ssl.create_default_context(cadata=pem)
            own.sslsocket_class = context.sslsocket_class
            own.sslobject_class = context.sslobject_class
            given.arguments["self"] = own
            given.arguments.pop("session", None)  # a TLS session belongs to the client's context
        return wrap(*given.args, **given.kwargs)

    return trusting


def _resolving(resolve: Callable[..., Any], redirect: Redirect) -> Callable[..., Any]:
    @wraps(resolve)
    async def resolving(loop: Any, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if name_of(host) in redirect.hosts:
            host, port = _MOCK, redirect.port_for(port)
        return await resolve(loop, host, port, *args, **kwargs)

    return resolving


def _connecting(connect: Callable[..., Any], redirect: Redirect) -> Callable[..., Any]:
    @wraps(connect)
    async def connecting(
        loop: Any, factory: Any, host: Any = None, port: Any = None, **kwargs: Any
    ) -> Any:
        if name_of(host) in redirect.hosts:
            if kwargs.get("ssl") and kwargs.get("server_hostname") is None:
                kwargs["server_hostname"] = host
            host, port = _MOCK, redirect.port_for(port)
        return await connect(loop, factory, host, port, **kwargs)

    return connecting


def _resolved(resolve: Callable[..., Any], redirect: Redirect) -> Callable[..., Any]:
    @wraps(resolve)
    async def resolved(resolver: Any, host: str, port: int = 0, *args: Any, **kwargs: Any) -> Any:
        if name_of(host) not in redirect.hosts:
            return await resolve(resolver, host, port, *args, **kwargs)
        found = {"hostname": host, "host": _MOCK, "port": redirect.port_for(port)}
        return [{**found, "family": socket.AF_INET, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    return resolved
