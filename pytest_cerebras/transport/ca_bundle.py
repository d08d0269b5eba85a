"""
Puts off loading CA certificates until a client speaks TLS.

Each client of httpx loads a bundle of them when it is made. That takes longer than most tests, and
a client that talks to the mock over http:// never needs them.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_load = ssl.SSLContext.load_verify_locations
_valid: set[tuple[str, int, int]] = set()
"""Bundles that were loaded before: path, size, and time of the last change."""


class _Unloaded(ssl.SSLContext):
    """
    A context that loads its bundle, and becomes an ordinary one, when it is used or looked at.

    So it stays right when the test that made it is over.
    """

    def _loaded(self) -> ssl.SSLContext:
        bundle = self.__dict__.pop("bundle")
        self.__class__ = ssl.SSLContext  # type: ignore[assignment]  # they have the same layout
        _load(self, bundle)
        return self

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return self._loaded().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self._loaded().wrap_bio(*args, **kwargs)

    def load_verify_locations(self, *args: Any, **kwargs: Any) -> None:
        self._loaded().load_verify_locations(*args, **kwargs)

    def get_ca_certs(self, *args: Any, **kwargs: Any) -> Any:
        return self._loaded().get_ca_certs(*args, **kwargs)

    def cert_store_stats(self) -> dict[str, int]:
        return self._loaded().cert_store_stats()


@contextmanager
def loaded_when_used() -> Iterator[None]:
    """Let the contexts of the block load a bundle when they are used, if it was loaded before."""
    load = ssl.SSLContext.load_verify_locations

    def defer(
        context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None
    ) -> None:
        bundle = _identity(cafile) if capath is None and not cadata else None
        if bundle in _valid and type(context) is ssl.SSLContext:
            context.__dict__["bundle"] = cafile
            context.__class__ = _Unloaded
            return
        load(context, cafile, capath, cadata)
        if bundle is not None:
            _valid.add(bundle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", defer)
        yield


def _identity(cafile: object) -> tuple[str, int, int] | None:
    """Return what changes when the file changes; None if there is none."""
    try:
        path = Path(str(cafile)).absolute()
        found = path.stat()
    except OSError:
        return None
    return str(path), found.st_size, found.st_mtime_ns
