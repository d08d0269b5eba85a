"""What replicas do while their store is away, and when it is back."""

from __future__ import annotations

import asyncio
import re

import pytest

from mockserver.core.messages import Request
from mockserver.edge.live import Overrides
from mockserver.edge.server.app import Site
from mockserver.edge.state import shared, store
from mockserver.edge.state.address import read_address
from mockserver.edge.state.shared import LostError, SharedLive
from mockserver.scenario import loaded

from .replicas import (
    FIRST,
    KEY,
    LIMITED,
    TEAPOT,
    chat,
    replicas,
    sent,
    statuses,
    until,
)


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
            with pytest.raises(LostError, match="the store can't be reached"):
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
    assert "continues alone, with separate limits and state" in caplog.text
    assert "shares its state again" in caplog.text


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
