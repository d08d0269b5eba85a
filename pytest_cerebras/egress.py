"""Lets no request out to the real API while the mock is active."""

from __future__ import annotations

import asyncio
import os
import socket
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_REAL = "cerebras.ai"
_FOREIGN = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))


class EscapeError(OSError):
    """A request was on its way to the real API."""


def no_proxy() -> str:
    """Return ``NO_PROXY`` so that neither the mock nor the guard is bypassed by a proxy."""
    ours = ["127.0.0.1", "localhost", "::1", _REAL, f".{_REAL}"]
    theirs = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    return ",".join(dict.fromkeys([*filter(None, theirs.split(",")), *ours]))


@contextmanager
def guarded() -> Iterator[list[str]]:
    """Refuse to resolve the real host; yield the list of attempts, a sentence each."""
    escapes: list[str] = []
    resolve = socket.getaddrinfo
    resolve_in_loop = asyncio.BaseEventLoop.getaddrinfo

    def refuse(host: object) -> None:
        text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        name = text.lower()
        if name == _REAL or name.endswith(f".{_REAL}"):
            escapes.append(_sentence(name))
            raise EscapeError(escapes[-1])

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host)
        return resolve(host, *args, **kwargs)

    async def getaddrinfo_in_loop(loop: Any, host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host)  # here, because the thread that resolves knows nothing of the caller
        return await resolve_in_loop(loop, host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo_in_loop)
        yield escapes


def _sentence(host: str) -> str:
    frames = reversed(traceback.extract_stack())
    ours = (frame for frame in frames if not frame.filename.startswith((*_FOREIGN, __file__, "<")))
    spot = next((f" ({frame.filename}:{frame.lineno})" for frame in ours), "")
    return (
        f"a request to {host} was stopped{spot}: while the mock is active nothing reaches the "
        "real API; let the app read CEREBRAS_BASE_URL, or use --cerebras-mode respx"
    )
