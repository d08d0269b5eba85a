"""
Calls the script that keeps the shared state, and repeats calls after a loss of the connection.

Each message has a number. A message without a reply is sent again over the next connection; the
script recognizes its number, so no request is counted twice and none is lost. All messages that
have arrived while the store was answering are sent in one call of the script, because separate
calls would cost more time than the mock's own answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar

import msgpack
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .address import StoreAddress

T = TypeVar("T")
Answer: TypeAlias = list[Any]
OnAnswer: TypeAlias = Callable[[Answer], None]
_log = logging.getLogger("mockserver")
_SCRIPT = (files("mockserver.edge.state") / "store.lua").read_bytes()
_IF_KNOWN = "if known"
_STORES_CLOCK = b""
MOST_PENDING = 4096  # messages, fewer than the script remembers
_MOST_AT_ONCE = 128  # messages in a call; each takes the store 100 µs
_FIRST, _SILENCE = 5.0, 5.0  # seconds until the first connection, or a reply, counts as failed
_PAUSES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)  # seconds between attempts to connect


def into(future: asyncio.Future[T]) -> Callable[[T], None]:
    """Return a callback that sets a future's result, unless the future is done or cancelled."""

    def set_result(result: T) -> None:
        if not future.done():
            future.set_result(result)

    return set_result


class Store:
    """The store at an address, as one replica uses it in one event loop."""

    def __init__(self, address: StoreAddress, replica: str) -> None:
        self.address = address
        self.replica = replica
        self.up = False
        self.changed: Callable[[], None] = lambda: None
        """Called when the connection to the store is lost, and when it is back."""
        self._root = f"cerebras-mock:{address.namespace}"
        self._serial = 0
        self._pending: dict[int, tuple[str, Any, OnAnswer]] = {}
        self._unsent: list[tuple[int, bool]] = []
        self._called = asyncio.Event()
        self._given_up: set[int] = set()
        self._client: Redis | None = None
        self._work: asyncio.Task[None] | None = None
        self._told = ""

    @property
    def full(self) -> bool:
        """Whether so many messages wait for an answer that no more are accepted."""
        return len(self._pending) >= MOST_PENDING

    def call(self, operation: str, values: Any, then: OnAnswer) -> int:
        """Send a message; return its number. ``then`` gets the answer, even a late one."""
        self._serial += 1
        self._pending[self._serial] = operation, values, then
        if self.up:
            self._send(self._serial, again=False)
        return self._serial

    def give_up(self, serial: int, then: OnAnswer) -> None:
        """
        Let another callback get the answer to a message, if an answer still comes.

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
        """Connect for the first time. Raises TimeoutError or RedisError."""
        await self._link(_FIRST)
        self._resume()
        self._work = asyncio.get_running_loop().create_task(self._keep_sending())

    async def close(self) -> None:
        """End the connection and do not connect again."""
        self.up = False
        while self._work is not None and not self._work.done():
            self._work.cancel()  # repeated, since wait_for may lose a cancellation in Python 3.11
            await asyncio.wait([self._work], timeout=_PAUSES[0])
        await self._unlink()

    async def _link(self, seconds: float) -> None:
        await self._unlink()
        self._client = _client(self.address)
        async with asyncio.timeout(seconds):
            await self._client.ping()  # its error explains a missing password
            await self._client.script_load(_SCRIPT)

    async def _unlink(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _keep_sending(self) -> None:
        while True:
            try:
                await self._send_all()
            except Exception as error:  # noqa: BLE001 (all pending messages are sent again)
                self._tell(f"the store at {self.address}: {error}")
            self.up = False
            _log.warning("lost the store at %s; connecting again", self.address)
            self.changed()
            await self._reconnect()

    async def _reconnect(self) -> None:
        attempt = 0
        while True:
            await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1
            try:
                await self._link(_PAUSES[-1])
            except (OSError, RedisError) as error:  # a time-out is an OSError
                self._tell(f"the store at {self.address}: {str(error) or 'it does not answer'}")
                continue
            self._resume()
            _log.warning("the store at %s is back", self.address)
            return

    def _resume(self) -> None:
        self.up = True
        self._unsent.clear()
        for serial in self._pending:
            self._send(serial, again=True)
        self.changed()

    def _tell(self, said: str) -> None:
        """Log a sentence once."""
        if said != self._told:
            self._told = said
            _log.warning("%s", said)

    def _send(self, serial: int, *, again: bool) -> None:
        self._unsent.append((serial, again))
        self._called.set()

    async def _send_all(self) -> None:
        assert self._client is not None  # noqa: S101 (it is connected)
        call = self._client.register_script(
            _SCRIPT
        )  # loads the script again if the store has forgotten it
        while True:
            if not self._unsent:
                self._called.clear()
                await self._called.wait()
            sent, self._unsent = self._unsent[:_MOST_AT_ONCE], self._unsent[_MOST_AT_ONCE:]
            messages = [self._message(serial, again=again) for serial, again in sent]
            replies = await call(keys=[self._root], args=[_STORES_CLOCK, *messages])
            for (serial, _), reply in zip(sent, replies, strict=True):
                self._answered(serial, reply)

    def _message(self, serial: int, *, again: bool) -> bytes:
        operation, values, _ = self._pending[serial]
        how = _IF_KNOWN if serial in self._given_up else again
        message = operation, self.replica, serial, how, values
        packed: bytes = msgpack.packb(message, use_bin_type=False, unicode_errors="surrogatepass")
        return packed

    def _answered(self, serial: int, reply: bytes) -> None:
        answer = msgpack.unpackb(reply, raw=True, strict_map_key=False)
        if answer[0] == b"error":
            self._tell(f"the store at {self.address}: {answer[1].decode(errors='replace')}")
        self._given_up.discard(serial)
        then = self._pending.pop(serial)[2]
        try:
            then(answer)
        except Exception as error:  # noqa: BLE001 (other callbacks must still get their answers)
            told = {"message": f"an answer of {self.address}", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)


def _client(address: StoreAddress) -> Redis:
    """Return a client with one connection; the client raises at once if this connection is lost."""
    where: dict[str, Any] = {"unix_socket_path": address.path}
    if not address.path:
        where = {"host": address.host, "port": address.port, "ssl": address.tls}
    if address.tls:
        where |= {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    return Redis(
        **where,
        db=address.database,
        username=address.user or None,
        password=address.password or None,
        protocol=2,  # version 3 sends more commands at first, which the mock does not need
        socket_timeout=_SILENCE,
        retry=Retry(NoBackoff(), 0),  # the mock repeats messages itself, and marks them
        single_connection_client=True,
    )
