"""Several replicas are one mock: over a real store, each in a loop of this process."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from mockserver.core.messages import Request
from mockserver.edge.admin import Admin
from mockserver.edge.live import Overrides
from mockserver.edge.server.app import Site
from mockserver.edge.state import shared, store
from mockserver.edge.state.address import read_address
from mockserver.edge.state.definition import UnsharedError
from mockserver.edge.state.shared import LostError, SharedLive
from mockserver.scenario import loaded, read

KEY = {"authorization": "Bearer csk-0123456789abcdef0123", "content-type": "application/json"}
FIRST = "name: first\nrules:\n  - schedule: {first: 3}\n    faults: [{error: {status: 418}}]\n"
BY_CALL = """
name: by call
rules:
  - name: second attempt
    match: {attempt: 2}
    faults: [{error: {status: 409}}]
  - count_by: call
    schedule: {first: 1}
    faults: [{error: {status: 503}}]
"""
LIMITED = "name: limited\nlimits:\n  - requests_per_day: 4\n"
TEAPOT = "faults: [{error: {status: 418}}]"


def chat(text="Hi", **headers):
    body = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": text}]}
    return Request("POST", "/v1/chat/completions", {**KEY, **headers}, json.dumps(body).encode())


def replica(redis, text=FIRST, name="a", **settings):
    found = read(text, source="test.yaml")
    return SharedLive(found, Overrides(), read_address(redis.url), replica=name, **settings)


@asynccontextmanager
async def replicas(redis, *texts, **settings):
    """Yield a replica for each scenario; they join in this order."""
    lives = [replica(redis, text, f"r{at}", **settings) for at, text in enumerate(texts)]
    async with AsyncExitStack() as stack:
        for live in lives:
            await stack.enter_async_context(live.sharing())
        yield lives


async def sent(live, request=None, *, over=True):
    """Send a request; return its exchange."""
    in_flight = await live.soon(request or chat())
    if over:
        in_flight.end()
    return in_flight.exchange


async def statuses(*lives):
    return [(await sent(live, chat(str(at)))).status for at, live in enumerate(lives)]


async def until(holds):
    """Wait until something holds, for some seconds at most."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


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
    """An attempt is recognised at another replica, with what was decided for its call."""

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
    assert "joins 'limited', which others play at unix://" in caplog.text
    assert "'first' as given here is not played" in caplog.text


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


def test_store_is_emptied(redis):
    """The store has forgotten everything: all begin again together, with what they know."""

    async def play():
        async with replicas(redis, FIRST, FIRST) as (one, two):
            await asyncio.to_thread(one.inject_text, "{match: {endpoint: models}, " + TEAPOT + "}")
            assert await statuses(one, two) == [418, 418]
            await asyncio.to_thread(redis.command, "FLUSHALL")
            assert await statuses(two, one, two, one, two) == [418, 418, 418, 200, 200]
            models = Request("GET", "/v1/models", KEY)
            assert (await sent(two, models)).status == 418

    asyncio.run(play())


@pytest.mark.parametrize("keeps", [True, False])
def test_store_starts_again(own_redis, keeps):
    """With its data, all go on where they were; without, limits and schedules begin anew."""

    async def play():
        async with replicas(own_redis, LIMITED + FIRST[len("name: first\n") :], LIMITED) as lives:
            before = await statuses(*lives)
            await asyncio.to_thread(own_redis.stop)
            if not keeps:
                own_redis.forget()
            await asyncio.to_thread(own_redis.start)
            await until(lambda: all(live.store.up for live in lives))
            return before, await statuses(*lives * 4)

    before, after = asyncio.run(play())
    assert before == [418] * 2
    whole = [418] * 3 + [200] + [429] * 4
    assert after == (whole[2:] + [429] * 2 if keeps else whole)


def test_store_is_lost(own_redis, monkeypatch):
    """Without its store a replica refuses in the mock's own name, and goes on when it is back."""
    monkeypatch.setattr(shared, "PATIENCE", 0.1)

    async def play():
        async with replicas(own_redis, FIRST) as (live,):
            assert await statuses(live) == [418]
            await asyncio.to_thread(own_redis.stop)
            refused = await sent(live)
            assert (refused.status, refused.error["code"]) == (503, "mock_state_lost")
            with pytest.raises(LostError, match="the store is lost"):
                await asyncio.to_thread(live.restart)
            await asyncio.to_thread(own_redis.start)
            await until(lambda: live.store.up)
            assert await statuses(*[live] * 3) == [418, 418, 200]

    asyncio.run(play())


def test_store_is_silent(own_redis, monkeypatch):
    """A store that has stopped answering is lost, and what it counted meanwhile counts once."""
    monkeypatch.setattr(shared, "PATIENCE", 0.1)
    monkeypatch.setattr(store, "_SILENCE", 0.2)

    async def play():
        async with replicas(own_redis, FIRST) as (live,):
            assert await statuses(live) == [418]
            own_redis.pause(on=True)
            try:
                assert await statuses(live) == [503]
            finally:
                own_redis.pause(on=False)
            await until(lambda: live.store.up)
            return await statuses(*[live] * 3)

    # the request that was given up is counted if the store had received it
    assert asyncio.run(play()) in ([418, 418, 200], [418, 200, 200])


def test_refused_connection_lives_on(own_redis):
    """A connection whose request was refused without a store answers the next one."""

    async def play():
        async with replicas(own_redis, FIRST) as (live,):
            site = Site(live)
            await site.start()
            port = int(site.url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            fields = f"host: mock\r\nauthorization: {KEY['authorization']}\r\n"
            request = f"GET /v1/models HTTP/1.1\r\n{fields}\r\n"
            seen = []
            for at in range(7):
                if at == 2:
                    await asyncio.to_thread(own_redis.stop)
                    await until(lambda: not live.store.up)
                elif at == 5:
                    await asyncio.to_thread(own_redis.start)
                    await until(lambda: live.store.up)
                writer.write(request.encode())
                async with asyncio.timeout(10):
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                    await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1]))
                seen.append(int(head.split()[1]))
            writer.close()
            await writer.wait_closed()
            await site.stop()
            assert seen == [418, 418, 503, 503, 503, 418, 200]

    asyncio.run(play())


def test_alone(own_redis, caplog):
    """A replica may go on alone, with a state and ids of its own, and comes back by itself."""

    async def play():
        async with replicas(own_redis, FIRST, lost="alone") as (live,):
            before = await sent(live, chat("before"))
            await asyncio.to_thread(own_redis.stop)
            await until(lambda: not live.store.up)
            alone = [await sent(live, chat(f"{at}")) for at in range(4)]
            assert [each.status for each in alone] == [418, 418, 418, 200]
            assert len({dict(each.plan[0].headers)["cf-ray"] for each in (before, *alone)}) == 5
            await asyncio.to_thread(own_redis.start)
            await until(lambda: live.store.up)
            assert await statuses(*[live] * 3) == [418, 418, 200]

    asyncio.run(play())
    assert "goes on alone: limits and state are its own" in caplog.text
    assert "shares its state again" in caplog.text


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


def test_no_store(tmp_path):
    """A store that can't be reached is one sentence, without the password."""
    address = read_address(f"unix://user:secret@{tmp_path}/none.sock")
    live = SharedLive(loaded("healthy"), Overrides(), address, replica="a")

    async def play():
        async with live.sharing():
            pass

    with pytest.raises(LostError, match="cannot reach the store at unix:///") as caught:
        asyncio.run(play())
    assert "secret" not in str(caught.value)


def test_not_understood(redis):
    """A scenario that this version can't read is refused; at a change, the replica refuses."""

    async def play():
        async with replicas(redis, FIRST) as (live,):
            redis.command("HSET", "cerebras-mock:mock:run", "definition", "{}")
            with pytest.raises(UnsharedError, match="is not understood"):
                async with replica(redis, name="late").sharing():
                    pass
            redis.command("HINCRBY", "cerebras-mock:mock:run", "run", 1)
            assert await statuses(live, live) == [503, 503]
            await asyncio.to_thread(live.change, read(LIMITED, source="x"))
            assert await statuses(live) == [200]

    asyncio.run(play())
