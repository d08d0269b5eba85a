"""The object that a test holds."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import anyio
import pytest
from cerebras.cloud.sdk import InternalServerError

from mockserver.core.errors import DocumentError, DroppedError, MockServerError, UnknownNameError
from mockserver.faults import Error
from mockserver.scenario import Match, Rule, Scenario
from pytest_cerebras.session.clients import async_client, sync_client
from pytest_cerebras.session.mock import CerebrasMock

MESSAGES = [{"role": "user", "content": "ping"}]


def ask(client, **keys):
    return client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES, **keys)


def test_play_by_name_path_and_value(cerebras_mock, tmp_path):
    """A scenario is a shipped name, a path, or a value."""
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nversion: 1\n")
    for scenario, name in (
        ("wrong-key", "wrong-key"),
        (path, "mine"),
        (str(path), "mine"),
        (Scenario("value", rules=(Rule(),)), "value"),
    ):
        cerebras_mock.play(scenario, seed=9)
        assert (cerebras_mock.scenario.name, cerebras_mock.scenario.seed) == (name, 9)
    with pytest.raises(UnknownNameError, match="no scenario is called 'nope'"):
        cerebras_mock.play("nope")


def test_play_with_parameters(cerebras_mock):
    """A scenario's parameters are given by name; one that it has not is refused."""
    cerebras_mock.play("stream-cut", after_tokens=3, seed=9)
    assert cerebras_mock.scenario.rules[0].faults[0].after_tokens == 3
    cerebras_mock.reset()
    assert cerebras_mock.scenario.parameters == {"after_tokens": 3, "times": 2}
    with pytest.raises(UnknownNameError, match="called 'after_token'; did you mean 'after_tokens'"):
        cerebras_mock.play("stream-cut", after_token=3)
    with pytest.raises(UnknownNameError, match="no parameter of a Scenario is called 'times'"):
        cerebras_mock.play(Scenario("x"), times=3)


def test_inject(cerebras_mock, cerebras_client):
    """A fault breaks what comes next, so often and for whom it says, until a scenario starts."""
    never = cerebras_client.with_options(max_retries=0)
    cerebras_mock.inject({"error": {"status": 503}}, times=1, match={"model": "gpt-*"})
    cerebras_mock.inject(Error(status=507), match=Match(endpoint="models"))
    for call in (lambda: ask(never), never.models.list, never.models.list):
        with pytest.raises(InternalServerError):
            call()
    ask(never)
    assert [one.status for one in cerebras_mock.requests] == [503, 507, 507, 200]
    cerebras_mock.reset()
    never.models.list()
    with pytest.raises(DocumentError, match="unknown key 'errorx'; did you mean 'error'"):
        cerebras_mock.inject({"errorx": {}})


def test_fields_of_a_request(cerebras_mock, cerebras_client):
    """A client may ask for a fault or a scenario itself."""
    never = cerebras_client.with_options(max_retries=0)
    for fields in (
        {"X-Cerebras-Mock-Fault": "error: {problem: service_unavailable}"},
        {"X-Cerebras-Mock-Scenario": "burst-503; at=[1]"},
    ):
        with pytest.raises(InternalServerError):
            ask(never, extra_headers=fields)
    ask(never)
    assert [one.status for one in cerebras_mock.requests] == [503, 503, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda mock: mock.play("silent-cut", after_tokens="x"),
        lambda mock: mock.play("silent-cut", edition="gide"),
        lambda mock: mock.inject({"cut": {"by": "fim"}}),
    ],
    ids=["parameter", "edition", "fault"],
)
def test_wrong_input_is_a_sentence(cerebras_mock, wrong):
    """What is wrong points at the line of the test, not at the insides of the mock."""
    with pytest.raises(MockServerError) as caught:
        wrong(cerebras_mock)
    assert caught.value.__suppress_context__
    shown = [entry.name for entry in caught.traceback.filter(caught)]
    assert shown == ["test_wrong_input_is_a_sentence", "<lambda>"]


def test_reset(cerebras_mock, cerebras_client):
    """Reset empties the journal and starts the scenario again."""
    ask(cerebras_client)
    cerebras_mock.reset()
    assert not cerebras_mock.requests
    assert repr(cerebras_mock) == f"<CerebrasMock {cerebras_mock.url} playing 'healthy'>"


def test_key(cerebras_mock, tmp_path):
    """The key is one that the edition accepts."""
    assert cerebras_mock.api_key.startswith("csk-")
    path = tmp_path / "ours.yaml"
    path.write_text("extends: guide\nkeys: {prefix: our-}\n")
    cerebras_mock.play("healthy", edition=str(path))
    assert cerebras_mock.env()["CEREBRAS_API_KEY"] == cerebras_mock.api_key
    with sync_client(cerebras_mock) as client:
        assert ask(client).choices


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_async(async_cerebras_client, cerebras_mock):
    """The async client streams inside anyio's tests, many at once."""
    texts = []

    async def one():
        chunks = [chunk async for chunk in await ask(async_cerebras_client, stream=True)]
        texts.append(chunks[-1].choices[0].finish_reason)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(one)
    assert texts == ["stop"] * 5
    cerebras_mock.assert_requests(5)


def test_threads(cerebras_mock, cerebras_client):
    """App code may run in threads."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(cerebras_client), range(24)))
    cerebras_mock.assert_requests(24)
    cerebras_mock.assert_no_errors()


def test_subprocess(cerebras_mock):
    """App code in another process is pointed at the mock by ``env()``."""
    app = (
        "from cerebras.cloud.sdk import Cerebras\n"
        f"chat = Cerebras().chat.completions.create(model='gpt-oss-120b', messages={MESSAGES})\n"
        "print(chat.usage)"
    )
    done = subprocess.run(
        [sys.executable, "-c", app],
        env={**os.environ, **cerebras_mock.env()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "completion_tokens=" in done.stdout
    cerebras_mock.assert_requests(1)


def test_warm_up_is_not_counted(cerebras_mock):
    """What the SDK sends on its own is neither counted nor broken."""
    from cerebras.cloud.sdk import Cerebras

    cerebras_mock.play("wrong-key")
    with Cerebras():
        pass
    cerebras_mock.assert_requests(0)
    assert [exchange.status for exchange in cerebras_mock.live.journal.warmups] == [200]


def test_crash_of_the_mock_fails_the_test(pytester_run):
    """An error of the mock itself is raised in the test that met it."""
    result = pytester_run("""
from contextlib import suppress
from urllib.request import urlopen
from mockserver.scenario import Rule, Scenario

class Broken:
    def apply(self, plan, context):
        raise ZeroDivisionError("of the mock itself")

def test_it(cerebras_mock):
    cerebras_mock.play(Scenario("broken", rules=(Rule(faults=(Broken(),)),)))
    with suppress(OSError):
        urlopen(cerebras_mock.url + "/public/v1/models")
    with suppress(OSError):
        urlopen(cerebras_mock.url + "/public/v1/models")

def test_next(cerebras_mock):
    pass
""")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError: of the mock itself*"])


@pytest.fixture
def pytester_run(run):
    """Return the runner of the folder."""
    return run


def test_client_without_sdk(monkeypatch):
    """Without the official SDK the client fixtures say what to install."""
    monkeypatch.setitem(sys.modules, "cerebras.cloud.sdk", None)
    monkeypatch.delitem(sys.modules, "cerebras.cloud", raising=False)
    mock = object.__new__(CerebrasMock)
    with pytest.raises(pytest.UsageError, match="pip install cerebras-cloud-sdk"):
        async_client(mock)


def test_url_is_plain_http(cerebras_mock):
    """Anything that speaks HTTP can talk to it."""
    with urlopen(f"{cerebras_mock.url}/public/v1/models") as answer:
        assert answer.status == 200
    assert Path(cerebras_mock.openai_url).name == "v1"


@pytest.mark.cerebras_mock(mode="respx")
def test_no_other_process_in_respx_mode(cerebras_mock):
    """Where there is no server, another process is not sent to the real API."""
    with pytest.raises(RuntimeError, match="respx mode has no server"):
        cerebras_mock.env()


@pytest.mark.cerebras_mock(journal=2, verdicts={"ignore": ["not-judged"]})
def test_more_than_is_kept(cerebras_mock, cerebras_client):
    """What needs all requests says that some are gone; that they were so many is still known."""
    for _ in range(3):
        cerebras_client.models.list()
    cerebras_mock.assert_requests(3)
    assert cerebras_mock.verdicts == ()
    for ask in (lambda: cerebras_mock.requests, lambda: cerebras_mock.calls):
        with pytest.raises(DroppedError, match="pytest --cerebras-journal 3 or"):
            ask()
    with pytest.raises(DroppedError):
        cerebras_mock.assert_no_errors()
    cerebras_mock.reset()
    assert cerebras_mock.requests == []
