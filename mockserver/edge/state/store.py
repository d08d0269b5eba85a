"""
Calls the script that keeps the shared state, and calls again after the store was away.

Each message has a number. One without a reply is sent again over the next connection; the script
then recognises it, so that no request is counted twice and none is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from hashlib import sha1
from importlib.resources import files
from typing import Any, TypeAlias

import msgpack

from .address import StoreAddress
from .link import Link, Reply, StoreError, encoded, into

Answer: TypeAlias = list[Any]
OnAnswer: TypeAlias = Callable[[Answer], None]
_log = logging.getLogger("mockserver")
_SCRIPT = (files("mockserver.edge.state") / "store.lua").read_bytes()
_DIGEST = sha1(_SCRIPT, usedforsecurity=False).hexdigest().encode()
_PASSING = ("BUSY", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "OOM", "READONLY", "TRYAGAIN")
"""Errors that are due to the state of the store, not to a message."""
_IF_KNOWN = "if known"
MOST_PENDING = 4096  # fewer than the script remembers
_FIRST = 5.0  # seconds
_PAUSES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)  # seconds between attempts to connect


class Store:
    """The store at an address, for one replica; to be used in one event loop."""

    def __init__(self, address: StoreAddress, replica: str) -> None:
        self.address = address
        self.replica = replica
        self.up = False
        self.changed: Callable[[], None] = lambda: None
        """Called when the store is lost, and when it is back."""
        root = f"cerebras-mock:{address.namespace}".encode()
        self._before = encoded(b"EVALSHA", _DIGEST, b"1", root, b"").replace(b"*5", b"*6")[:-6]
        self._after = b"\r\n$0\r\n\r\n"
        self._serial = 0
        self._pending: dict[int, tuple[str, Any, OnAnswer]] = {}
        self._given_up: set[int] = set()
        self._link: Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._told = ""
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether so many messages wait that no more are accepted."""
        return len(self._pending) >= MOST_PENDING

    def call(self, operation: str, values: Any, then: OnAnswer) -> int:
        """Send a message; return its number. ``then`` gets the answer, however late."""
        self._serial += 1
        self._pending[self._serial] = operation, values, then
        if self.up:
            self._send(self._serial, again=False)
        return self._serial

    def give_up(self, serial: int, then: OnAnswer) -> None:
        """
        Pass the answer to a message to another callback, if it still comes.

        If the message has not reached the store yet, it will have no effect there.
        """
        if serial in self._pending:
            operation, values, _ = self._pending[serial]
            self._pending[serial] = operation, values, then
            self._given_up.add(serial)

    async def ask(self, operation: str, *values: Any) -> Answer:
        """Send a message and wait for the answer."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.call(operation, values, into(answered))
        return await answered

    async def connect(self) -> None:
        """Connect for the first time. Raises OSError (a time-out is one) or StoreError."""
        self._link = await asyncio.wait_for(self._linked(), _FIRST)
        self._resume()

    async def close(self) -> None:
        """End the connection, for good."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._link is not None:
            await self._link.closed()
        self.up = False

    async def _linked(self) -> Link:
        link = await Link.to(self.address, self._lost)
        given = self.address
        try:
            if given.password:
                user = (given.user.encode(),) if given.user else ()
                await link.ask(b"AUTH", *user, given.password.encode())
            if given.database:
                await link.ask(b"SELECT", b"%d" % given.database)
            await link.ask(b"PING")  # says in plain words when a password is missing
            await link.ask(b"SCRIPT", b"LOAD", _SCRIPT)
        except BaseException:
            await link.closed()
            raise
        return link

    def _lost(self, link: Link) -> None:
        if link is not self._link:
            return  # a failed attempt to connect
        was_up, self.up, self._link = self.up, False, None
        if self._closed:
            return
        if was_up:
            _log.warning("lost the store at %s; trying again", self.address)
            self.changed()
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._reconnect())

    async def _reconnect(self) -> None:
        attempt = 0
        while True:
            await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1
            try:
                link = await asyncio.wait_for(self._linked(), _PAUSES[-1])
            except (OSError, StoreError, TimeoutError) as error:
                self._tell(f"the store at {self.address}: {error}")
                continue
            self._connecting, self._link = None, link
            self._resume()
            _log.warning("the store at %s is back", self.address)
            return

    def _resume(self) -> None:
        self.up = True
        for serial in self._pending:
            self._send(serial, again=True)
        self.changed()

    def _tell(self, said: str) -> None:
        """Log a sentence once."""
        if said != self._told:
            self._told = said
            _log.warning("%s", said)

    def _send(self, serial: int, *, again: bool) -> None:
        operation, values, _ = self._pending[serial]
        how = _IF_KNOWN if serial in self._given_up else again
        message = operation, self.replica, serial, how, values
        packed = msgpack.packb(message, use_bin_type=False, unicode_errors="surrogatepass")
        command = b"%b$%d\r\n%b%b" % (self._before, len(packed), packed, self._after)
        assert self._link is not None  # noqa: S101 (it is up)
        self._link.send(command, lambda reply: self._answered(serial, reply))

    def _answered(self, serial: int, reply: Reply) -> None:
        if isinstance(reply, bytes):
            self._given_up.discard(serial)
            self._pending.pop(serial)[2](msgpack.unpackb(reply, raw=True, strict_map_key=False))
        elif isinstance(reply, StoreError) and str(reply).startswith("NOSCRIPT") and self._link:
            self._link.send(encoded(b"SCRIPT", b"LOAD", _SCRIPT), lambda _: None)
            self._send(serial, again=True)
        else:
            self._tell(f"the store at {self.address}: {reply}")
            if str(reply).startswith(_PASSING) and self._link is not None:
                self._link.close()  # the message is sent again over the next connection
            else:
                self._given_up.discard(serial)
                self._pending.pop(serial)[2]([b"error"])
