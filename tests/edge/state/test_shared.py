"""Several replicas are one mock: over a real store, each in a loop of this process."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mockserver.core.messages import Request
from mockserver.edge.admin import Admin
from mockserver.edge.state import shared
from mockserver.edge.state.definition import UnsharedError
from mockserver.scenario import loaded, read

from .replicas import (
    BY_CALL,
    FIRST,
    KEY,
    LIMITED,
    TEAPOT,
    chat,
    replica,
    replicas,
    sent,
    statuses,
    until,
)


def test_schedule(redis):
    """A schedule counts the requests of all replicas, and no two have the same number."""

    async def play():
        async with replicas(redis, FIRST, FIRST) as (one, two):
            found = [await sent(live, chat(f"{at}")) for at, live in enumerate((one, two) * 3)]
            assert [each.status for each in found] == [418, 418, 418, 200, 200, 200]
            assert [each.number for each in found] == [1, 2, 3, 4, 5, 6]
            assert len(one.journal.exchanges) == 3

    asyncio.run(play())


def test_limits(redis):
    """Limits are those of all replicas together, and the header says what is left."""

    async def play():
        async with replicas(redis, LIMITED, LIMITED) as (one, two):
            assert await statuses(one, two, one, two, one, two) == [200] * 4 + [429] * 2

    asyncio.run(play())


def test_calls(redis):
    """An attempt is recognized at another replica, with what was decided for its call."""

    async def play():
        async with replicas(redis, BY_CALL, BY_CALL) as (one, two):
            first, second, third = [await sent(live) for live in (one, two, one)]
            assert [first.status, second.status, third.status] == [503, 409, 503]
            assert [first.attempt, second.attempt, third.attempt] == [1, 2, 3]
            assert (await sent(two, chat("another"))).attempt == 1

    asyncio.run(play())


def test_capacity(redis, monkeypatch):
    """Answers that run anywhere take a place; those of a replica that is gone are given back."""
    monkeypatch.setattr(shared, "LEASE", 0.2)
    monkeypatch.setattr(shared, "_BEAT", 0.05)
    text = "name: full\ncapacity: 1\n"

    async def play():
        async with replicas(redis, text, text) as (one, two):
            running = await one.soon(chat())
            assert (await sent(two)).status == 429
            models = Request("GET", "/v1/models", KEY)
            running.end()
            await sent(one, models)  # the store has seen the end
            assert (await sent(two)).status == 200
            await sent(two, models)
            await one.soon(chat())
            assert (await sent(two)).status == 429
            await one.store.close()  # as if it were killed: no word to the others
            async with asyncio.timeout(10):
                while (await sent(two)).status != 200:
                    await asyncio.sleep(0.05)

    asyncio.run(play())


def test_client_leaves(redis):
    """A client that leaves while its request is on the way takes no place for longer."""
    text = "name: full\ncapacity: 1\n"

    async def play():
        async with replicas(redis, text) as (live,):
            waiting = asyncio.get_running_loop().create_task(live.soon(chat()))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await until(lambda: live.journal.exchanges)
            assert live.journal.exchanges[0].client_left
            assert (await sent(live)).status == 200

    asyncio.run(play())


def test_another_scenario_joins(redis, caplog):
    """Who comes later plays what the others play, and says so."""

    async def play():
        async with replicas(redis, LIMITED, FIRST) as (_, two):
            assert two.scenario.name == "limited"
            assert (await sent(two)).status == 200

    asyncio.run(play())
    assert "this replica plays 'limited', like the other replicas at unix://" in caplog.text
    assert "and not 'first' as given here" in caplog.text


def test_change(redis):
    """What is changed at one replica is changed at all, from the next request on."""

    async def play():
        async with replicas(redis, LIMITED, LIMITED) as (one, two):
            await asyncio.to_thread(two.inject_text, TEAPOT)
            assert await statuses(one, two) == [418, 418]
            await asyncio.to_thread(one.restart)
            assert await statuses(two, one) == [200, 200]
            await asyncio.to_thread(two.change, read(FIRST, source="x"))
            assert await statuses(one, two, one, two) == [418, 418, 418, 200]
            assert one.scenario.name == "first"
            assert (await sent(two)).number == 5
            before = one.elapsed
            await asyncio.to_thread(two.advance, 3600.0)
            await sent(one)
            assert one.elapsed > before + 3600
            with pytest.raises(ValueError, match="at most 36500d ahead"):
                await asyncio.to_thread(two.advance, 1e12)

    asyncio.run(play())


def test_journal(redis):
    """The journal is that of one replica, and says of which."""

    async def play():
        async with replicas(redis, LIMITED, LIMITED) as (one, two):
            await statuses(one, two, two)
            admin = Admin(two, "http://127.0.0.1:1")
            asked = Request("GET", "/__mock__/journal", {"host": "127.0.0.1:1"})
            whole = replace(asked, query="format=har")
            found = admin.answer(asked, "127.0.0.1").body
            assert [(each["number"], each["replica"]) for each in found] == [(2, "r1"), (3, "r1")]
            assert admin.answer(whole, "127.0.0.1").body["log"]["comment"] == "replica r1"

    asyncio.run(play())


def test_idle_replica_follows(redis, monkeypatch):
    """A replica learns what plays without a request, too."""
    monkeypatch.setattr(shared, "_BEAT", 0.02)

    async def play():
        async with replicas(redis, LIMITED, LIMITED) as (one, two):
            await asyncio.to_thread(two.change, loaded("dead-key"))
            await until(lambda: one.scenario.name == "dead-key")

    asyncio.run(play())


def test_named_scenario(redis):
    """A scenario that requests name has its own counters, which all replicas share."""
    named = {"x-cerebras-mock-scenario": "burst-503; at=[1, 2]"}

    async def play():
        async with replicas(redis, LIMITED, LIMITED) as (one, two):
            found = [await sent(live, chat(**named)) for live in (one, two, one)]
            assert [each.status for each in found] == [503, 503, 200]
            assert [each.number for each in found] == [1, 2, 3]
            assert await statuses(one) == [200]

    asyncio.run(play())


def test_nothing_is_left(redis):
    """The last replica that leaves takes everything with it."""

    async def play():
        async with replicas(redis, LIMITED, FIRST) as lives:
            await statuses(*lives)
            assert redis.command("DBSIZE") != b"0"

    asyncio.run(play())
    assert redis.command("DBSIZE") == b"0"


def test_next_run_begins_anew(redis):
    """When nobody plays any more, the next replica plays its own scenario."""
    for _ in range(2):

        async def play():
            async with replicas(redis, FIRST) as (live,):
                assert await statuses(*[live] * 4) == [418, 418, 418, 200]

        asyncio.run(play())


def test_not_understood(redis):
    """A scenario that this version can't read is refused; at a change, the replica refuses."""

    async def play():
        async with replicas(redis, FIRST) as (live,):
            redis.command("HSET", "cerebras-mock:mock:run", "definition", "{}")
            with pytest.raises(UnsharedError, match="can't read the scenario in the store"):
                async with replica(redis, name="late").sharing():
                    pass
            redis.command("HINCRBY", "cerebras-mock:mock:run", "run", 1)
            assert await statuses(live, live) == [503, 503]
            await asyncio.to_thread(live.change, read(LIMITED, source="x"))
            assert await statuses(live) == [200]

    asyncio.run(play())
