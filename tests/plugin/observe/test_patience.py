"""Stalls that a client's time-out will end are left alone."""

from __future__ import annotations

TIMEOUTS = """
def test_read(cerebras_mock):
    with pytest.raises(httpx.ReadTimeout), Cerebras(timeout=1, **SDK) as client:
        list(client.chat.completions.create(**asked()))

def test_read_in_thread(cerebras_mock):
    with ThreadPoolExecutor() as pool, pytest.raises(httpx.ReadTimeout):
        pool.submit(ask, 1).result()

def test_read_of_a_loop(cerebras_mock):
    with pytest.raises(httpx.ReadTimeout):
        asyncio.run(ask_async(1))

def test_sdk_of_a_loop(cerebras_mock):
    async def main():
        async with AsyncCerebras(timeout=1, **SDK) as client:
            with pytest.raises(httpx.ReadTimeout):
                [_ async for _ in await client.chat.completions.create(**asked())]

    asyncio.run(main())

def test_aiohttp(cerebras_mock):
    async def main():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=1)) as session:
            async with session.post(url(), json=asked(), headers=fields()) as response:
                with pytest.raises(TimeoutError):
                    await response.text()

    asyncio.run(main())

def test_deadline_of_a_task(cerebras_mock):
    async def main():
        async with AsyncCerebras(timeout=None, **SDK) as client, asyncio.timeout(1):
            [_ async for _ in await client.chat.completions.create(**asked())]

    with pytest.raises(TimeoutError):
        asyncio.run(main())

def test_deadline_of_each_piece(cerebras_mock):
    async def main():
        async with AsyncCerebras(timeout=None, **SDK) as client:
            pieces = await client.chat.completions.create(**asked())
            with pytest.raises(TimeoutError):
                while True:
                    await asyncio.wait_for(anext(pieces), 1)

    asyncio.run(main())

def test_sleep_that_ends_it(cerebras_mock):
    async def main():
        asking = asyncio.create_task(ask_async())
        await asyncio.sleep(1)
        asking.cancel()
        await asyncio.wait([asking])

    asyncio.run(main())

def test_child(cerebras_mock):
    assert "ReadTimeout" in child(cerebras_mock, CHILD % 1).stderr

def test_child_with_sdk(cerebras_mock):
    assert "ReadTimeout" in child(cerebras_mock, SDK_CHILD % 1).stderr

@pytest.mark.cerebras_mock(mode="respx")
@pytest.mark.parametrize("patient", [False, True])
def test_in_process(cerebras_mock, patient):
    async def main():
        async with asyncio.timeout(1 if patient else 60):
            await ask_async(None if patient else 1)

    with pytest.raises(TimeoutError if patient else httpx.ReadTimeout):
        asyncio.run(main())
"""
LATER = """
def test_left_behind(cerebras_mock):
    thread = threading.Thread(target=hung_up, daemon=True)
    thread.start()
    while not cerebras_mock.requests:
        time.sleep(0.001)

def test_not_to_blame(cerebras_mock):
    cerebras_mock.play("healthy")
    end = time.perf_counter() + 0.8
    while time.perf_counter() < end:
        assert ask()
        threading.Event().wait(0.1)

def test_not_read(cerebras_mock):
    with httpx.stream("POST", url(), json=asked(), headers=fields(), timeout=None) as response:
        next(response.iter_text())
        end = time.perf_counter() + 0.8
        while time.perf_counter() < end:
            threading.Event().wait(0.1)

def test_loop_that_does_not_run(cerebras_mock):
    async def begin(client):
        request = client.build_request("POST", url(), json=asked(), headers=fields())
        await client.send(request, stream=True)

    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(timeout=None)
        runner.run(begin(client))
        end = time.perf_counter() + 0.8
        while time.perf_counter() < end:
            threading.Event().wait(0.1)
        runner.run(client.aclose())
"""
OTHER_TIMEOUTS = """
def test_uvloop(cerebras_mock):
    import uvloop

    async def main():
        async with asyncio.timeout(1):
            await ask_async()

    with pytest.raises(TimeoutError):
        uvloop.run(main())

async def in_trio():
    import trio

    with pytest.raises(trio.TooSlowError), trio.fail_after(1):
        await ask_async()

def test_trio(cerebras_mock):
    import trio
    trio.run(in_trio)

@pytest.mark.cerebras_mock(mode="respx")
def test_trio_in_process(cerebras_mock):
    import trio
    trio.run(in_trio)
"""


def test_timeouts(stalling):
    """A client may wait for its time-out, however long, and is not blamed afterwards."""
    result = stalling(TIMEOUTS + LATER + OTHER_TIMEOUTS, "real")
    result.assert_outcomes(passed=19)


def test_virtual_timeouts(stalling):
    """Time jumps to them, in virtual time."""
    stalling(TIMEOUTS + LATER, "virtual").assert_outcomes(passed=16)
