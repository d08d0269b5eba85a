"""Stalls that would hang the run."""

from __future__ import annotations

import re
import socket

import pytest

from mockserver.core.messages import Request
from mockserver.edge.play.clock import Silence
from mockserver.journal import Exchange
from mockserver.plan import Head
from pytest_cerebras.observe import stall_watchdog
from pytest_cerebras.observe.connections import Connections
from pytest_cerebras.observe.stall_watchdog import StallWatchdog

MEMBERS = """
def test_main(cerebras_mock):
    ask()

def test_hidden(cerebras_mock):
    hung_up()

def test_loop(cerebras_mock):
    asyncio.run(ask_async())

def test_pool(cerebras_mock):
    with ThreadPoolExecutor() as pool:
        pool.submit(ask).result()

def test_to_thread(cerebras_mock):
    asyncio.run(asyncio.to_thread(ask))

def test_portal(cerebras_mock):
    with start_blocking_portal() as portal:
        portal.call(ask_async)

@pytest.mark.parametrize("daemon", [False, True])
def test_loop_in_thread(cerebras_mock, daemon):
    def run():
        with contextlib.suppress(*HUNG_UP):
            asyncio.run(ask_async())

    thread = threading.Thread(target=run, daemon=daemon)
    thread.start()
    thread.join()

def test_aiohttp(cerebras_mock):
    async def main():
        patient = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=patient) as session:
            async with session.post(url(), json=asked(), headers=fields()) as response:
                await response.text()

    asyncio.run(main())

def test_requests(cerebras_mock):
    requests.post(url(), json=asked(), headers=fields())

def test_urllib(cerebras_mock):
    body = json.dumps(asked()).encode()
    with urllib.request.urlopen(urllib.request.Request(url(), body, fields())) as response:
        response.read()

def test_http_client(cerebras_mock):
    connection = http.client.HTTPConnection(cerebras_mock.url.removeprefix("http://"))
    with contextlib.closing(connection):
        connection.request("POST", PATH, json.dumps(asked()), fields())
        connection.getresponse().read()

def test_openai(cerebras_mock):
    with OpenAI(**NO_RETRY) as client:
        list(client.chat.completions.create(**asked()))

def test_openai_async(cerebras_mock):
    async def main():
        async with AsyncOpenAI(**NO_RETRY) as client:
            [_ async for _ in await client.chat.completions.create(**asked())]

    asyncio.run(main())

def test_sdk(cerebras_mock):
    with Cerebras(timeout=None, **SDK) as client:
        list(client.chat.completions.create(**asked()))

@pytest.mark.cerebras_mock("stalled-server")
def test_no_head(cerebras_mock):
    ask()

@pytest.mark.cerebras_mock("stalled-server")
def test_retried(cerebras_mock):
    with Cerebras(timeout=None, warm_tcp_connection=False) as client:
        client.chat.completions.create(**asked(stream=False))

@pytest.mark.cerebras_mock("stalled-server")
@pytest.mark.parametrize("path", ["/async", "/sync"])
def test_app(cerebras_mock, path):
    app = FastAPI()

    @app.get("/async")
    async def answer():
        return await ask_async()

    @app.get("/sync")
    def answer_in_thread():
        return ask()

    TestClient(app).get(path)

def test_half_consumed(cerebras_mock):
    def consume():
        with contextlib.suppress(*HUNG_UP):
            list(pieces)

    with httpx.stream("POST", url(), json=asked(), headers=fields(), timeout=None) as response:
        pieces = response.iter_text()
        next(pieces)
        thread = threading.Thread(target=consume)
        thread.start()
        thread.join()

def test_app_with_a_heartbeat(cerebras_mock):
    async def main():
        async def beat():
            while True:
                await asyncio.sleep(0.05)

        beating = asyncio.create_task(beat())
        try:
            await ask_async()
        finally:
            beating.cancel()

    asyncio.run(main())

def test_child(cerebras_mock):
    child(cerebras_mock, CHILD % None)

def test_child_with_sdk(cerebras_mock):
    child(cerebras_mock, SDK_CHILD % None)

@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked(cerebras_mock):
    process = os.fork()
    if not process:
        hung_up()
        os._exit(0)
    os.waitpid(process, 0)

@pytest.mark.cerebras_mock(mode="respx")
def test_in_process(cerebras_mock):
    ask()

@pytest.mark.cerebras_mock(mode="respx")
def test_in_process_async(cerebras_mock):
    asyncio.run(ask_async())

@pytest.mark.cerebras_mock(mode="respx")
def test_in_process_in_thread(cerebras_mock):
    with ThreadPoolExecutor() as pool:
        pool.submit(ask).result()
"""
OTHER_LOOPS = """
def test_trio(cerebras_mock):
    import trio
    trio.run(ask_async)

def test_uvloop(cerebras_mock):
    import uvloop
    uvloop.run(ask_async())

@pytest.mark.cerebras_mock(mode="respx")
def test_trio_in_process(cerebras_mock):
    import trio
    trio.run(ask_async)
"""
FAILED = (
    r"FAILED \S+::(\w+\S*) - .*the scenario '[\w-]+' stalls and this client has no time-out: #1"
)


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_without_timeout(stalling, clock):
    """Each client without a time-out fails its test with one sentence, even if it is silent."""
    code = MEMBERS + (OTHER_LOOPS if clock == "real" else "")
    names = re.findall(r"^def (test_\w+)", code, re.MULTILINE)
    result = stalling(code, clock)
    result.assert_outcomes(failed=len(names) + 2)  # two have a parameter
    told = [found[1] for line in result.outlines if (found := re.match(FAILED, line))]
    assert sorted({name.partition("[")[0] for name in told}) == sorted(names)
    assert len(told) == len(names) + 2


@pytest.mark.skipif("sys.version_info >= (3, 13)", reason="langchain-cerebras has no release")
def test_langchain(stalling):
    """LangChain sets no time-out of its own accord."""
    code = """
def test_it(cerebras_mock):
    from langchain_cerebras import ChatCerebras

    list(ChatCerebras(model="gpt-oss-120b", max_retries=0).stream("a"))
"""
    result = stalling(code, "virtual", "-W", "ignore::DeprecationWarning")
    result.stdout.fnmatch_lines(["FAILED *stalls and this client has no time-out: #1*"])


def test_sentence(stalling):
    """The sentence names the scenario, the client, the seconds waited, and the way out."""
    code = """
def test_it(cerebras_mock):
    thread = threading.Thread(target=hung_up, name="worker")
    thread.start()
    thread.join()
"""
    result = stalling(code, "virtual")
    sentence = (
        "the scenario 'stall-mid-stream' stalls and this client has no time-out: "
        "#1 POST /v1/chat/completions gpt-oss-120b stream -> 200, 20 tokens, stalled [[]silence]; "
        "thread 'worker' waited for 0.? s until the mock hung up; set a time-out, such as "
        "timeout=30"
    )
    result.stdout.fnmatch_lines([sentence])


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_of_which_nothing_is_known(stalling, monkeypatch, clock):
    """A process that tells nothing gets more time; the sentence claims no more than was seen."""
    monkeypatch.setattr(stall_watchdog, "UNSEEN", 0.6)
    code = """
def test_it(cerebras_mock):
    fields_ = [part for field in fields().items() for part in ("-H", ": ".join(field))]
    subprocess.run(["curl", "-s", url(), "-d", json.dumps(asked()), *fields_])
"""
    result = stalling(code, clock)
    expected = "FAILED *stalls, no time-out seen: #1*; another process waited for 0.[67]*"
    result.stdout.fnmatch_lines([expected])


def test_no_more_than_its_own(stalling):
    """Requests that a client sends after the mock has ended the stall have no verdicts."""
    code = """
@pytest.mark.cerebras_mock("stalled-server")
def test_it(cerebras_mock):
    hung_up()
    assert not cerebras_mock.verdicts
"""
    result = stalling(code, "virtual", "--cerebras-strict")
    assert "verdicts" not in result.stdout.str()


def test_deaf_beside_an_endless_sleeper(stalling):
    """In virtual time a stall ends as soon as all is over that could have ended it."""
    code = """
def test_it(cerebras_mock):
    def sleep():
        while not over.is_set():
            time.sleep(60)

    over = threading.Event()
    sleeping = threading.Thread(target=sleep)
    sleeping.start()
    hung_up()
    over.set()
    sleeping.join()
    assert 600 < cerebras_mock.clock.elapsed < 3600
"""
    result = stalling(code, "virtual")
    result.stdout.fnmatch_lines(["FAILED *stalls and this client has no time-out: #1*"])


def test_deaf_beside_one_at_work(stalling):
    """In virtual time, too, no more real time passes than on the real clock."""
    code = """
def test_it(cerebras_mock):
    over = threading.Event()
    working = threading.Thread(target=lambda: [None for _ in iter(over.is_set, True)])
    working.start()
    hung_up()
    over.set()
    working.join()
"""
    result = stalling(code, "virtual")
    result.stdout.fnmatch_lines(["FAILED *stalls and this client has no time-out: #1*"])


PYTHON = {"x-stainless-lang": "python", "x-stainless-package-version": "3.57.0"}
NODE = {"x-stainless-lang": "js", "x-stainless-package-version": "6.1.0"}
STREAMS = (Head(200, ()),)


@pytest.mark.parametrize(
    ("fields", "plan", "after"),
    [
        (PYTHON, (), 10.0),
        (PYTHON | {"x-stainless-read-timeout": "300"}, (), 360.0),
        (PYTHON | {"x-stainless-read-timeout": "inf"}, (), 60.0),
        (PYTHON | {"x-stainless-package-version": "1.59.9"}, (), 60.0),
        (PYTHON | {"x-stainless-package-version": "new"}, (), 60.0),
        (NODE, (), 60.0),
        (NODE | {"x-stainless-timeout": "600"}, (), 660.0),
        (NODE | {"x-stainless-timeout": "600"}, STREAMS, 60.0),
        ({}, (), 60.0),
    ],
)
def test_header_fields(monkeypatch, fields, plan, after):
    """For another process, the time-out that an SDK states in its header fields counts."""
    now = [0.0]
    monkeypatch.setattr(stall_watchdog, "monotonic", lambda: now[0])
    request = Request("POST", "/v1/chat/completions", fields)
    exchange = Exchange(1, 0.0, request, "chat", "m", stream=False, plan=plan)
    look = StallWatchdog(Connections([1]), 10.0).watch(Silence(2, exchange))
    now[0] = after - 0.5
    assert look("real") is None
    now[0] = after + 0.1
    assert look("real") is not None


@pytest.mark.parametrize("seen", ["before", "meanwhile"])
def test_client_that_has_just_left(monkeypatch, seen):
    """A client of this process that gave up is no other process without a time-out."""
    now = [0.0]
    monkeypatch.setattr(stall_watchdog, "monotonic", lambda: now[0])
    request = Request("POST", "/v1/chat/completions", PYTHON)
    exchange = Exchange(1, 0.0, request, "chat", "m", stream=False, plan=())
    connections = Connections([1])
    watchdog = StallWatchdog(connections, 10.0)
    with socket.socket() as client:
        if seen == "before":
            connections.written(2, client)
        look = watchdog.watch(Silence(2, exchange))
        connections.written(2, client)
        now[0] = 11.0
        assert look("real") is None  # nothing is known of how its thread waits
    now[0] = 12.0
    assert look("real") is None
    now[0] = 61.0
    assert look("real") is not None
