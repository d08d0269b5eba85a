"""Work that is older than a test, and yet works for it, does not count as lingering."""

from __future__ import annotations

import pytest

# what an earlier test, or a fixture, has made, and how a later test makes it work
OURS = {
    "old pool": (
        "SHARED['pool'] = pool_of_one(); SHARED['pool'].submit(ask, cerebras_mock).result()",
        "SHARED['pool'].submit(ask, cerebras_mock).result()",
    ),
    "old pool that sleeps between jobs": (
        """
    SHARED["pool"] = pool = pool_of_one()
    SHARED["thread"] = pool.submit(threading.current_thread).result()
    pool.submit(ask, cerebras_mock).result()
    pool.submit(sleep)
    asleep(SHARED["thread"])
""",
        "job = SHARED['pool'].submit(ask, cerebras_mock); MORNING.release(); job.result()",
    ),
    "old loop": (
        """
    async def go():
        await asyncio.to_thread(ask, cerebras_mock)
    SHARED["go"], SHARED["loop"] = go, loop_in_a_thread()
    asyncio.run_coroutine_threadsafe(go(), SHARED["loop"]).result()
""",
        "asyncio.run_coroutine_threadsafe(SHARED['go'](), SHARED['loop']).result()",
    ),
    "worker with a queue": (
        """
    def work():
        while True:
            ask(SHARED["queue"].get())
            sleep()
    SHARED["queue"] = queue.Queue()
    thread = started(work)
    SHARED["queue"].put(cerebras_mock)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        """
    SHARED["queue"].put(cerebras_mock)
    MORNING.release()
    came(cerebras_mock, 1)
""",
    ),
    "worker without a rest": (
        """
    def work():
        while True:
            ask(SHARED["queue"].get())
    SHARED["queue"] = queue.SimpleQueue()
    started(work)
    SHARED["queue"].put(cerebras_mock)
    came(cerebras_mock, 1)
""",
        "SHARED['queue'].put(cerebras_mock); came(cerebras_mock, 1)",
    ),
    "scheduler that is woken": (
        """
    def schedule():
        while "over" not in SHARED:
            SHARED["wakeup"].wait(30)
            SHARED["wakeup"].clear()
            while SHARED["jobs"]:
                ask(SHARED["jobs"].pop())
    SHARED["wakeup"], SHARED["jobs"] = threading.Event(), [cerebras_mock]
    thread = started(schedule)
    SHARED["wakeup"].set()
    came(cerebras_mock, 1)
    asleep(thread)
""",
        """
    SHARED["jobs"].append(cerebras_mock)
    SHARED["wakeup"].set()
    came(cerebras_mock, 1)
""",
    ),
    "list that is looked at, with another request": (
        """
    def work():
        while "over" not in SHARED:
            while SHARED["jobs"]:
                ask(*SHARED["jobs"].pop())
            sleep()
    SHARED["jobs"] = [(cerebras_mock, "one")]
    thread = started(work)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        """
    SHARED["jobs"].append((cerebras_mock, "another"))
    MORNING.release()
    came(cerebras_mock, 1)
""",
    ),
    "list that is looked at, and an answer that is waited for": (
        """
    def work():
        while "over" not in SHARED:
            while SHARED["jobs"]:
                mock, done = SHARED["jobs"].pop()
                ask(mock)
                done.set()
            sleep()
    SHARED["jobs"] = [(cerebras_mock, threading.Event())]
    thread = started(work)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        """
    SHARED["jobs"].append((cerebras_mock, done := threading.Event()))
    MORNING.release()
    done.wait()
""",
    ),
    "timer that flushes what this test has added, and is waited for": (
        """
    def flush():
        for mock, done in SHARED["batch"]:
            ask(mock)
            done.set()
    SHARED["batch"] = []
    timer = threading.Timer(2, flush)
    timer.start()
    asleep(timer)
""",
        "SHARED['batch'].append((cerebras_mock, done := threading.Event())); done.wait()",
    ),
    "task with a queue": (
        """
    async def work():
        SHARED["queue"] = asyncio.Queue()
        while True:
            mock = await SHARED["queue"].get()
            async with httpx.AsyncClient() as client:
                await client.get(mock.url + "/public/v1/models")
            await sleep_async()
    SHARED["loop"] = loop = loop_in_a_thread()
    asyncio.run_coroutine_threadsafe(work(), loop)
    while "queue" not in SHARED:
        time.sleep(0.001)
    loop.call_soon_threadsafe(SHARED["queue"].put_nowait, cerebras_mock)
    asleep_in(loop)
""",
        """
    SHARED["loop"].call_soon_threadsafe(SHARED["queue"].put_nowait, cerebras_mock)
    MORNING.release()
    came(cerebras_mock, 1)
""",
    ),
}


IN_BOTH_MODES = ("old pool", "old loop")


def stories(found):
    """Return each story in server mode, and some in the other one as well."""
    return [
        pytest.param(*told, mode, id=f"{name}, {mode}")
        for name, told in found.items()
        for mode in (("server", "respx") if name in IN_BOTH_MODES else ("server",))
    ]


@pytest.mark.parametrize(("made", "worked", "mode"), stories(OURS))
def test_at_work_for_this_test(run, begin, made, worked, mode):
    """Older work belongs to this test as soon as the test hands it something."""
    code = f"""{begin}
def test_earlier(cerebras_mock):
    {made}

def test_later(cerebras_mock):
    {worked}
    cerebras_mock.assert_requests(1)
    assert len(cerebras_mock.calls) == 1
    assert not cerebras_mock.live.journal.exchanges[0].from_elsewhere
"""
    run(code, "--cerebras-mode", mode).assert_outcomes(passed=2)


FIXTURES = """
@pytest.fixture(scope="module")
def app(cerebras_mock_server):
    def poll():
        while "over" not in SHARED:
            sleep()
            ask(SHARED["mock"])
    thread = started(poll)
    asleep(thread)
    return thread

@pytest.mark.parametrize("number", [1, 2])
def test_of_a_module(app, number, request):
    mock = SHARED["mock"] = request.getfixturevalue("cerebras_mock")
    MORNING.release()
    came(mock, 1)
    mock.assert_requests(1)
    asleep(app)
"""
EARLY = """
@pytest.fixture
def early():
    def later():
        sleep()
        ask(SHARED["mock"])
    asleep(started(later))

def test_of_a_test(early, cerebras_mock):
    SHARED["mock"] = cerebras_mock
    MORNING.release()
    came(cerebras_mock, 1)
    cerebras_mock.assert_requests(1)
"""


@pytest.mark.parametrize("everywhere", [(), ("--cerebras-mock",)], ids=["asked", "everywhere"])
def test_of_a_fixture(run, begin, everywhere):
    """Work that a fixture has started belongs to all tests with that fixture."""
    run(begin + FIXTURES, *everywhere).assert_outcomes(passed=2)
    run(begin + EARLY, *everywhere).assert_outcomes(passed=1)
