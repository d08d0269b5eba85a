"""Messages to the script: each counts once, however often it is sent."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from redis.exceptions import RedisError

from mockserver.edge.state import store
from mockserver.edge.state.address import read_address
from mockserver.edge.state.store import Store
from mockserver.scenario.model import START

from .conftest import Waiting

JOIN = (5.0, 0, 0, "{}", b"\x90", True)


def take(run, asked=b"a"):
    return (run, 1, "", START, True, 100, asked, "", 0, False, (), False, False, ())


@pytest.fixture
def call(redis):
    waiting = Waiting(redis)
    yield waiting
    waiting.close()


def test_sent_again(call):
    """A message whose reply was lost gets the same reply, and counts once."""
    run = call("join", *JOIN)[1]
    first = call("take", *take(run), serial=7)
    assert call("take", *take(run), serial=7, again=True) == first
    assert call("take", *take(run), serial=8, again=True)[1] == first[1] + 1


def test_lost_before_it_came(call):
    """A message that never came counts when it is sent again."""
    run = call("join", *JOIN)[1]
    assert call("take", *take(run), serial=7, again=True)[1] == 1


def test_given_up(call):
    """A message that its sender has given up does nothing, unless it has done so already."""
    run = call("join", *JOIN)[1]
    assert call("take", *take(run), serial=7, again="if known") == [b"unknown"]
    first = call("take", *take(run), serial=8)
    assert call("take", *take(run), serial=8, again="if known") == first
    assert first[1] == 1


def test_other_run(call):
    """A request of an earlier run takes nothing, and what it gives back is not taken."""
    run = call("join", *JOIN)[1]
    call("play", "{}")
    assert call("take", *take(run)) == [b"stale"]
    assert call("finish", run, 1, 100, True, "", False, 0, 0, 0) == [b"ok"]


def test_store_was_away(call):
    """After a pause of the store, in which nobody gave a sign of life, all are still there."""
    run = call("join", *JOIN, replica="a", now=100.0)[1]
    call("join", *JOIN, replica="b", now=100.0)
    for at in (101.0, 102.0):
        call("beat", 5.0, 0, replica="a", now=at)
        call("beat", 5.0, 0, replica="b", now=at)
    first = call("take", *take(run), replica="b", serial=7, now=102.0)
    call("beat", 5.0, 0, replica="a", now=160.0)
    assert call("take", *take(run), replica="b", serial=7, again=True, now=160.1) == first


def test_replica_is_gone(call):
    """Who gives no sign of life while others do is forgotten."""
    run = call("join", *JOIN, replica="a", now=100.0)[1]
    call("join", *JOIN, replica="b", now=100.0)
    first = call("take", *take(run), replica="b", serial=7, now=100.0)
    for at in range(101, 107):
        call("beat", 5.0, 0, replica="a", now=float(at))
    assert call("take", *take(run), replica="b", serial=7, again=True, now=107.0) != first


def test_capacity_while_the_store_was_away(call):
    """Answers that ran before a pause of the store keep their places after it."""
    run = call("join", *JOIN, now=100.0)[1]
    call("beat", 5.0, 0, now=100.0)
    quota = ("key model", 0, (), False, False, (0, 0), (), 10)
    full = (run, 1, "", START, True, 100, b"a", "", 0, False, (), quota, 1, ())
    assert [call("take", *full, now=at)[8] for at in (100.0, 160.0)] == [1, 3]


def test_runs_of_a_forgetful_store(call, redis):
    """A run after the store was emptied is never taken for an earlier one."""
    runs = []
    for _ in range(2):
        runs.append(call("join", *JOIN, now=1e9 + len(runs))[1])
        redis.command("FLUSHALL")
    assert runs[0] < runs[1]


def test_no_redis():
    """A server that is no Redis is not waited for."""

    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def play():
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            found = Store(read_address(f"redis://127.0.0.1:{port}"), "a")
            with pytest.raises(RedisError):
                await found.connect()
            await found.close()

    asyncio.run(play())


def test_script_is_forgotten(redis):
    """A store that has forgotten the script gets it again; no message is lost."""

    async def play():
        found = Store(read_address(redis.url), "a")
        await found.connect()
        await asyncio.to_thread(redis.command, "SCRIPT", "FLUSH")
        answers = await asyncio.gather(*(found.ask("join", *JOIN) for _ in range(3)))
        assert {answer[0] for answer in answers} == {b"ok"}
        await found.close()

    asyncio.run(play())


async def joined(url):
    """Join over a connection of its own; return what kind of answer came."""
    found = Store(read_address(url), "a")
    try:
        await found.connect()
        return (await found.ask("join", *JOIN))[0]
    finally:
        await found.close()


def test_database_and_password(own_redis):
    """It logs in and selects its database."""
    own_redis.command("ACL", "SETUSER", "me", "on", ">p@ss", "~*", "+@all")
    own_redis.command("CONFIG", "SET", "requirepass", "secret")
    path = own_redis.path
    for wrong in ("", ":wrong@", "me:secret@"):
        with pytest.raises(RedisError) as caught:
            asyncio.run(joined(f"unix://{wrong}{path}"))
        assert "secret" not in str(caught.value)
    for right in (":secret@", "me:p%40ss@"):
        assert asyncio.run(joined(f"unix://{right}{path}?db=3")) == b"ok"


def test_tls(tls_redis, tmp_path, monkeypatch):
    """Over TLS it trusts whom SSL_CERT_FILE names, and only under the name in the certificate."""
    port, authority = tls_redis
    url = f"rediss://:secret@localhost:{port}"
    with pytest.raises(RedisError):
        asyncio.run(joined(url))
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert asyncio.run(joined(url)) == b"ok"
    with pytest.raises(RedisError):
        asyncio.run(joined(url.replace("localhost", "127.0.0.1")))


def test_close_insists(redis, monkeypatch):
    """It ends even if the client loses a cancellation, as wait_for of Python 3.11 can."""

    async def stubborn(_):
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    async def play():
        found = Store(read_address(redis.url), "a")
        await found.connect()
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await found.close()

    monkeypatch.setattr(Store, "_keep_sending", stubborn)
    asyncio.run(play())


def test_message_that_fails(redis):
    """A message that the script can't handle fails alone; the others are answered."""

    async def play():
        found = Store(read_address(redis.url), "a")
        await found.connect()
        answers = await asyncio.gather(found.ask("nonsense"), found.ask("join", *JOIN))
        assert [answer[0] for answer in answers] == [b"error", b"ok"]
        assert found.up
        await found.close()

    asyncio.run(play())


def test_full(monkeypatch):
    """No more messages wait than the script remembers replies to."""
    monkeypatch.setattr(store, "MOST_PENDING", 2)
    found = Store(read_address("redis://nowhere"), "a")
    found.call("take", (), lambda _: None)
    assert not found.full
    found.call("take", (), lambda _: None)
    assert found.full
