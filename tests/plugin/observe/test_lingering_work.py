"""Work that lingers from an earlier test, and similar work that belongs to this test."""

from __future__ import annotations

import pytest

# name: what the first test leaves, what the second sees, and the sentence
LEFT_OVER = {
    "timer": (
        """
    timer = threading.Timer(2, ask, [cerebras_mock])
    timer.start()
    asleep(timer)
""",
        "timer",
    ),
    "thread that sleeps once": (
        """
    def later():
        sleep()
        ask(cerebras_mock)
        ask(cerebras_mock, "and this")

    asleep(started(later))
""",
        "thread",
    ),
    "thread that polls": (
        """
    def poll():
        while "over" not in SHARED:
            ask(cerebras_mock)
            sleep()

    thread = started(poll)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        "thread",
    ),
    "thread that waits to be stopped": (
        """
    def poll():
        while not SHARED["stop"].wait(2):
            ask(cerebras_mock)

    SHARED["stop"] = threading.Event()
    thread = started(poll)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        "thread",
    ),
    "thread that starts others": (
        """
    def poll():
        while "over" not in SHARED:
            started(ask, cerebras_mock).join()
            sleep()

    thread = started(poll)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        "thread",
    ),
    "timer that starts the next": (
        """
    def tick(rest=20):
        ask(cerebras_mock)
        if rest and "over" not in SHARED:
            SHARED["timer"] = threading.Timer(2, tick, [rest - 1])
            SHARED["timer"].start()

    tick()
    asleep(SHARED["timer"])
""",
        "timer",
    ),
    "scheduler with a pool": (
        """
    def schedule(pool):
        while "over" not in SHARED:
            SHARED["wakeup"].wait(2)
            pool.submit(ask, cerebras_mock)

    SHARED["wakeup"] = threading.Event()
    thread = started(schedule, pool_of_one())
    came(cerebras_mock, 1)
    asleep(thread)
""",
        "thread",
    ),
    "retry of a client": (
        """
    from cerebras.cloud.sdk import Cerebras
    cerebras_mock.inject({"error": {"status": 503, "headers": {"retry-after-ms": "2000"}}}, times=1)

    def retry():
        with Cerebras(warm_tcp_connection=False) as client, contextlib.suppress(Exception):
            client.models.list()

    thread = started(retry)
    came(cerebras_mock, 1)
    asleep(thread)
""",
        "thread",
    ),
    "job that waits for its turn": (
        """
    pool = pool_of_one()
    pool.submit(MORNING.acquire)
    pool.submit(ask, cerebras_mock)
""",
        "job",
    ),
    "job that sleeps": (
        """
    def later():
        SHARED["thread"] = threading.current_thread()
        sleep()
        ask(cerebras_mock)

    pool = pool_of_one()
    job = pool.submit(later)
    while "thread" not in SHARED:
        time.sleep(0.001)
    asleep(SHARED["thread"])
""",
        "job",
    ),
    "task in a loop of its own": (
        """
    async def later():
        await sleep_async()
        thread = started(ask, cerebras_mock)
        while thread.is_alive():
            await asyncio.sleep(0.001)

    loop = loop_in_a_thread()
    asyncio.run_coroutine_threadsafe(later(), loop)
    asleep_in(loop)
""",
        "task",
    ),
    "task that polls": (
        """
    async def poll():
        while "over" not in SHARED:
            async with httpx.AsyncClient() as client:
                await client.get(cerebras_mock.url + "/public/v1/models")
            await sleep_async()

    loop = loop_in_a_thread()
    asyncio.run_coroutine_threadsafe(poll(), loop)
    asleep_in(loop)
""",
        "task",
    ),
}


IN_BOTH_MODES = ("thread that polls", "task that polls")


def stories(found):
    """Return each story in server mode, and some in the other one as well."""
    return [
        pytest.param(*told, mode, id=f"{name}, {mode}")
        for name, told in found.items()
        for mode in (("server", "respx") if name in IN_BOTH_MODES else ("server",))
    ]


@pytest.mark.parametrize(("left", "kind", "mode"), stories(LEFT_OVER))
def test_left_over(run, begin, left, kind, mode):
    """A lingering request is answered and kept, with its reason, and counts for nothing."""
    code = f"""{begin}
def test_earlier(cerebras_mock):{left}
@pytest.mark.cerebras_mock("wrong-key")
def test_later(cerebras_mock):
    MORNING.release()
    reason = came(cerebras_mock, 1)
    assert "from a {kind} older than this test, begun in " in reason
    assert reason.endswith("::test_earlier")
    assert (cerebras_mock.requests, cerebras_mock.calls) == ([], [])
    cerebras_mock.assert_requests(0)
    cerebras_mock.assert_no_errors()
    assert cerebras_mock.verdicts == ()
    ask(cerebras_mock)
    assert [one.status for one in cerebras_mock.requests] == [401]
    assert not cerebras_mock.requests[0].from_elsewhere
"""
    run(code, "--cerebras-mode", mode).assert_outcomes(passed=2)


TOLD = """
@pytest.mark.cerebras_mock("wrong-key")
def test_earlier(cerebras_mock):
    def later():
        sleep()
        ask(cerebras_mock)
    asleep(started(later))

@pytest.mark.cerebras_mock("wrong-key")
def test_later(cerebras_mock):
    MORNING.release()
    came(cerebras_mock, 1)
    ask(cerebras_mock)
    cerebras_mock.assert_requests(2)
"""


def test_told(run, begin, pytester):
    """A failed test shows it among its own requests; the report is on these alone."""
    result = run(begin + TOLD, "--cerebras-report", "r.json")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected 2 requests, got 1; what happened:",
            "#1 POST /v1/chat/completions gpt-oss-120b -> 401, *",
            "    from a thread older than this test, begun in *::test_earlier: counts for nothing",
            "#2 POST /v1/chat/completions gpt-oss-120b -> 401, *",
            "    what: *",
        ]
    )
    assert "#1 POST" not in (pytester.path / "r.json").read_text("utf-8")


FAILS_NOBODY = """
def leave(url):
    def later():
        sleep()
        post(url, timeout=None)
        SHARED["sent"] = True
    SHARED.pop("sent", None)
    asleep(started(later))

def sent():
    MORNING.release()
    while "sent" not in SHARED:
        time.sleep(0.001)

def test_stall_earlier(cerebras_mock):
    leave("https://api.cerebras.ai")

@pytest.mark.cerebras_mock("stalled-server", mode="respx")
def test_stall(cerebras_mock):
    sent()
    assert [one.intervened for one in cerebras_mock.live.journal.exchanges] == [True]
    assert not cerebras_mock.live.stalled

def test_escape_earlier(cerebras_mock):
    leave("https://api.cerebras.ai")

def test_escape(cerebras_mock):
    sent()
    assert cerebras_mock.strays
    assert cerebras_mock.verdicts == ()

def test_shut_earlier(cerebras_mock):
    leave(cerebras_mock.url)

@pytest.mark.cerebras_mock("restart")
def test_shut(cerebras_mock):
    assert cerebras_mock.live.port != "open"
    sent()
    assert not cerebras_mock.was_unreachable

def test_shown_earlier(cerebras_mock):
    leave("https://api.cerebras.ai")

def test_shown(cerebras_mock):
    sent()
    assert 0
"""


def test_fails_nobody(run, begin):
    """Neither its stall fails the test that is on, nor its way to the real API or a shut port."""
    result = run(begin + FAILS_NOBODY)
    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(
        [
            "scenario 'healthy' at *",
            "a request to api.* was stopped *; from a thread older than this test, begun in *",
        ]
    )
