"""Makes some ports of this machine's loopback interface reachable from a sealed run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TypeAlias

from mockserver.edge.redirect.tunnel import piped

_Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Open: TypeAlias = Callable[[], Awaitable[_Streams]]
_LOOPBACK = "127.0.0.1"
_PATIENCE = 5.0  # seconds


def outside(folder: Path, port: int) -> Awaitable[asyncio.Server]:
    """
    Listen on a Unix socket in a folder, and forward connections to a port of this machine.

    A Unix socket is a file, so it can be reached from any network namespace.
    """
    path = _path(folder, port)
    return asyncio.start_unix_server(
        _leading_to(lambda: asyncio.open_connection(_LOOPBACK, port)), path
    )


def inside(folder: Path, port: int) -> Awaitable[asyncio.Server]:
    """Listen on a port inside a sealed run, and forward connections to its Unix socket."""
    path = _path(folder, port)
    return asyncio.start_server(
        _leading_to(lambda: asyncio.open_unix_connection(path)), _LOOPBACK, port
    )


@contextmanager
def relayed(
    listen: Callable[[Path, int], Awaitable[asyncio.Server]], folder: Path, ports: Collection[int]
) -> Iterator[None]:
    """
    Relay some ports in a thread; ``listen`` is one of the functions ``outside`` and ``inside``.

    Raises OSError if a port is in use.
    """
    if not ports:
        yield
        return
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def relay() -> None:
        over = asyncio.Event()
        try:
            servers = [await listen(folder, port) for port in dict.fromkeys(ports)]
        except OSError as error:
            begun.set_exception(error)
            return
        begun.set_result((asyncio.get_running_loop(), over))
        await over.wait()
        for server in servers:
            server.close()

    thread = Thread(target=asyncio.run, args=(relay(),), name="cerebras-mock relay", daemon=True)
    thread.start()
    loop, over = begun.result(_PATIENCE)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(_PATIENCE)


def _leading_to(
    reach: _Open,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server = await reach()
        except OSError:
            writer.transport.abort()
            return
        await piped((reader, writer), server, private=b"")

    return lead


def _path(folder: Path, port: int) -> str:
    return str(folder / f"{port}.socket")
