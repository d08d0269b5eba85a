"""
Delays the loading of CA certificates until a client uses TLS.

Each new client of httpx loads a bundle of certificates, and aiohttp loads the system's certificates
twice when it is imported. This takes longer than most tests, and a client that connects to the mock
over http:// never needs certificates.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from os import environ
from pathlib import Path
from typing import Any

import pytest

_load = ssl.SSLContext.load_verify_locations
_load_defaults = ssl.SSLContext.set_default_verify_paths
_DEFAULTS = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # variables by which OpenSSL finds other certificates
_valid: set[tuple[str, int, int]] = set()
"""Bundles that were loaded before: path, size, and time of the last change."""
_lock = threading.RLock()  # reentrant, because a finalizer may need the lock while it is held


class _Unloaded(ssl.SSLContext):
    """
    A context that loads certificates when it is first used, and then becomes an ordinary one.

    It does so even if it is first used when the test that made it is over.
    """

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return _loaded(self).wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return _loaded(self).wrap_bio(*args, **kwargs)

    def load_verify_locations(self, *args: Any, **kwargs: Any) -> None:
        _loaded(self).load_verify_locations(*args, **kwargs)

    def get_ca_certs(self, *args: Any, **kwargs: Any) -> Any:
        return _loaded(self).get_ca_certs(*args, **kwargs)

    def cert_store_stats(self) -> dict[str, int]:
        return _loaded(self).cert_store_stats()


def _loaded(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make the context an ordinary one and return it; several threads may call this at once."""
    with _lock:
        if load := context.__dict__.get("load"):
            load(context)
            context.__class__ = ssl.SSLContext
            del context.__dict__["load"]
    return context


@contextmanager
def loaded_when_used() -> Iterator[None]:
    """Load a bundle at once the first time, and later only when a context of the block is used."""
    load = ssl.SSLContext.load_verify_locations

    def defer(
        context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None
    ) -> None:
        bundle = _identity(cafile) if capath is None and not cadata else None
        if bundle in _valid and type(context) is ssl.SSLContext:
            _put_off(context, partial(_load, cafile=cafile))
            return
        load(context, cafile, capath, cadata)
        if bundle is not None:
            _valid.add(bundle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", defer)
        yield


@contextmanager
def defaults_when_used() -> Iterator[None]:
    """Let contexts made in the block load the system's certificates only when they are used."""

    def defer(context: ssl.SSLContext) -> None:
        if type(context) is ssl.SSLContext:
            _put_off(
                context, partial(_defaults_of, {name: environ.get(name) for name in _DEFAULTS})
            )
        else:
            _load_defaults(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "set_default_verify_paths", defer)
        yield


def _put_off(context: ssl.SSLContext, load: Callable[[ssl.SSLContext], None]) -> None:
    context.__dict__["load"] = load
    context.__class__ = _Unloaded


def _defaults_of(environment: Mapping[str, str | None], context: ssl.SSLContext) -> None:
    """Load the certificates to which the variables of an earlier ``environment`` point."""
    with pytest.MonkeyPatch.context() as then:
        for name, value in environment.items():
            if value is None:
                then.delenv(name, raising=False)
            else:
                then.setenv(name, value)
        _load_defaults(context)


def _identity(cafile: object) -> tuple[str, int, int] | None:
    """Return a stamp that changes when the file changes; None if the file does not exist."""
    try:
        path = Path(str(cafile)).absolute()
        found = path.stat()
    except OSError:
        return None
    return str(path), found.st_size, found.st_mtime_ns
