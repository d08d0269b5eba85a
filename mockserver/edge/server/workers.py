"""
Runs the server in several processes that share a port.

The kernel distributes connections among the processes, so that several cores answer a fast client.
A connection stays with its process. The processes share state only if there is a store.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from mockserver.core.errors import MockServerError
from mockserver.edge.live import LiveEngine
from mockserver.scenario import Port

from .serving import Address, ending_signals, serve_until_signal

_PATIENCE = 5.0  # seconds that a worker may take to end


def reason_against(live: LiveEngine) -> str | None:
    """Return a sentence on why several workers are impossible; None if they are possible."""
    if sys.platform != "linux":
        return "--workers needs Linux, which spreads connections over processes that share a port"
    if live.scenario.port != Port():
        name = live.scenario.name
        return f"--workers can't play {name!r}, whose 'port' must change for all workers at once"
    return None


def serve_by_workers(
    live: LiveEngine,
    address: Address,
    count: int,
    *,
    ready: Callable[[str], None],
    died: Callable[[str], None],
) -> bool:
    """
    Listen in ``count`` processes until a signal ends them all.

    ``ready`` is called with the URL when all processes listen. ``died`` is called with a sentence
    about each worker that ends early; the other workers keep running. Returns whether no worker
    ended early. Raises OSError if the address can't be bound.
    """
    with ExitStack() as stack:
        port = _reserved(address, stack)
        shared = replace(address, port=port, shared=True)
        workers = [_Worker(number, live, shared) for number in range(1, count + 1)]
        stack.callback(_end, workers)
        urls = [worker.listens() for worker in workers]
        with _signals() as signalled:
            ready(urls[0])
            return _watch(workers, signalled, died)


class _Worker:
    """One process; ``number`` counts from 1."""

    def __init__(self, number: int, live: LiveEngine, address: Address) -> None:
        context = multiprocessing.get_context("fork")
        self.number = number
        self._ready, sender = context.Pipe(duplex=False)
        self.process: ForkProcess = context.Process(
            target=_work, args=(number, live, address, sender), daemon=True
        )
        self.process.start()
        sender.close()

    def listens(self) -> str:
        """
        Wait until the worker listens, and return the URL.

        Raises OSError or MockServerError if the worker fails.
        """
        try:
            found = self._ready.recv()
        except EOFError:
            raise OSError(self.obituary()) from None
        if isinstance(found, Exception):
            raise found
        return str(found)

    def obituary(self) -> str:
        """Return a sentence on how the worker ended."""
        self.process.join()
        code = self.process.exitcode or 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        return f"worker {self.number} (process {self.process.pid}) {how}"


def _work(number: int, live: LiveEngine, address: Address, ready: Connection) -> None:
    """Serve in this process for as long as its parent lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ignored until the event loop handles it
    live.become_worker(number)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(logging.Formatter(f"[{live.replica or number}] %(message)s"))
    parent = multiprocessing.parent_process()
    try:
        serve_until_signal(
            live, address, ready=ready.send, parent=parent.sentinel if parent else None
        )
    except (OSError, MockServerError) as error:
        with suppress(BrokenPipeError):
            ready.send(error)


def _reserved(address: Address, stack: ExitStack) -> int:
    """Reserve the port until the stack is closed, so that only our processes can share the port."""
    port = address.port
    found = socket.getaddrinfo(address.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, where in found:
        held = stack.enter_context(socket.socket(family, kind, protocol))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        held.bind((where[0], port, *where[2:]))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        port = held.getsockname()[1]
    return port


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """Yield a socket that becomes readable on a signal that ends the server."""
    with ExitStack() as stack:
        reader, writer = (stack.enter_context(one) for one in socket.socketpair())
        writer.setblocking(False)  # noqa: FBT003 (the only argument)
        stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer.fileno()))
        for number in ending_signals():
            stack.callback(signal.signal, number, signal.signal(number, lambda *_: None))
        yield reader


def _watch(
    workers: Sequence[_Worker], signalled: socket.socket, died: Callable[[str], None]
) -> bool:
    alive = {worker.process.sentinel: worker for worker in workers}
    while alive:
        ended = wait([signalled, *alive])
        if signalled in ended:
            break
        for sentinel in [one for one in alive if one in ended]:
            died(alive.pop(sentinel).obituary())
    return len(alive) == len(workers)


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
