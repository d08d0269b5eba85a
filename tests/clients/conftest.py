"""
The troubles that every client must meet in its own way, and builders of the official clients.

The SDKs are imported where they are used: one environment has litellm and an older openai only.
"""

from __future__ import annotations

import math
import os
import ssl
import subprocess
import sys
from dataclasses import dataclass

import pytest

from mockserver.api.model import tokens
from mockserver.api.model.script import Script
from mockserver.faults import Context, Cut, Disconnect, Latency
from mockserver.plan import Data, Plan, Wait
from mockserver.scenario import Rule, Scenario

MODEL = "llama3.1-8b"
LONG = "word " * 9000


@dataclass(frozen=True)
class Trouble:
    """
    What to play and to ask for, and the error that the server answers with.

    ``patience`` is the client's time-out in seconds: short where it is what ends the waiting.
    """

    status: int = 200
    code: str | None = None
    scenario: str | Scenario = "healthy"
    key: str | None = None
    model: str = MODEL
    prompt: str = "Say something."
    patience: float = 5.0

    @property
    def messages(self) -> list[dict[str, str]]:
        """The prompt as a chat takes it."""
        return [{"role": "user", "content": self.prompt}]


@dataclass(frozen=True)
class Stall:
    """A fault of a user's own: nothing more comes after the first three pieces of the body."""

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put an endless wait behind the third piece, or inside of the only one."""
        at = min(4, len(plan) - 1)
        whole = plan[at - 1]
        assert isinstance(whole, Data)
        half = Data(whole.data[: len(whole.data) // 2])
        return (*plan[: at - 1], half, Wait(math.inf))


def _broken(*faults, **reply) -> Scenario:
    return Scenario("broken", rules=(Rule(reply=Script(**reply), faults=faults),))


@pytest.fixture(scope="session")
def run_command():
    """
    Return a function that does what is typed behind ``cerebras-mock run``, in a folder.

    It returns a process that has ended; its ``stdout`` has both outputs, in the order in which
    they came, unless they are ``apart``. No variable of ours is set.
    """

    def run(folder, *arguments, apart=False):
        start = "from pytest_cerebras.command import main; main()"  # as cerebras-mock does
        return subprocess.run(
            [sys.executable, "-c", start, "run", *arguments],
            cwd=folder,
            env={name: os.environ[name] for name in os.environ if "CEREBRAS" not in name},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if apart else subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )

    return run


TROUBLES = {
    "none": Trouble(),
    # the six faults: by a scenario, or by what a client does wrong
    "wrong key": Trouble(401, "wrong_api_key", "wrong-key"),
    "foreign key": Trouble(401, "wrong_api_key", key="sk-proj-1234"),
    "unknown model": Trouble(404, "model_not_found", "unknown-model"),
    "foreign model": Trouble(404, "model_not_found", model="gpt-4o"),
    "rate limit": Trouble(429, "request_quota_exceeded", "rate-limit"),
    "long prompt": Trouble(400, "context_length_exceeded", prompt=LONG),
    "small window": Trouble(
        400, "context_length_exceeded", "context-8192", model="qwen-3-32b", prompt=LONG
    ),
    "burst": Trouble(503, "service_unavailable", "burst-503"),
    "truncated": Trouble(scenario="truncated-512"),
    "default limit": Trouble(scenario=_broken(tokens=900)),
    # what happens to the connection
    "cut": Trouble(scenario="stream-cut"),
    "reset": Trouble(scenario=_broken(Cut(after_tokens=20, by="rst"), tokens=120)),
    "hangup": Trouble(scenario=_broken(Disconnect())),
    # long enough to connect and to be heard on a busy machine
    "slow": Trouble(scenario=_broken(Latency(5.0)), patience=0.5),
    "stall": Trouble(scenario=_broken(Stall()), patience=0.5),
}


def _at(mode):
    return pytest.param(mode, marks=pytest.mark.cerebras_mock(mode=mode))


@pytest.fixture(params=[_at("server"), _at("respx")])
def edge(request):
    """Let a test run twice: against a server, and with httpx answered in process."""
    return request.param


@pytest.fixture
def trouble(request, cerebras_mock):
    """Return the trouble that a test is parametrised with, already being played."""
    found = TROUBLES[request.param]
    cerebras_mock.play(found.scenario)
    return found


@pytest.fixture(scope="session")
def trusts_nobody():
    """Return a context for clients that never speak TLS; loading certificates takes 30 ms each."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _builder(client, http, mock, context, **always):
    def build(key=None, *, max_retries=0, **settings):
        settings |= {"api_key": key or mock.api_key, "http_client": http(verify=context)}
        return client(max_retries=max_retries, **always, **settings)

    return build


@pytest.fixture
def connect(cerebras_mock, trusts_nobody):
    """Return a builder of ``Cerebras`` clients, which find the mock by the environment."""
    from cerebras.cloud import sdk

    kinds = (sdk.Cerebras, sdk.DefaultHttpxClient)
    return _builder(*kinds, cerebras_mock, trusts_nobody, warm_tcp_connection=False)


@pytest.fixture
def connect_async(cerebras_mock, trusts_nobody):
    """Return a builder of ``AsyncCerebras`` clients."""
    from cerebras.cloud import sdk

    kinds = (sdk.AsyncCerebras, sdk.DefaultAsyncHttpxClient)
    return _builder(*kinds, cerebras_mock, trusts_nobody, warm_tcp_connection=False)


@pytest.fixture
def openai(cerebras_mock, trusts_nobody):
    """Return a builder of ``OpenAI`` clients."""
    import openai as sdk

    return _builder(sdk.OpenAI, sdk.DefaultHttpxClient, cerebras_mock, trusts_nobody)


@pytest.fixture
def openai_async(cerebras_mock, trusts_nobody):
    """Return a builder of ``AsyncOpenAI`` clients."""
    import openai as sdk

    return _builder(sdk.AsyncOpenAI, sdk.DefaultAsyncHttpxClient, cerebras_mock, trusts_nobody)


@pytest.fixture(scope="session")
def chat():
    """Return the call that all the tests make, of a sync client of either SDK."""

    def create(client, trouble, *, stream=False):
        answer = client.chat.completions.create(
            model=trouble.model, messages=trouble.messages, stream=stream
        )
        return list(answer) if stream else answer

    return create


@pytest.fixture(scope="session")
def chat_async():
    """Return the same call of an async client."""

    async def create(client, trouble, *, stream=False):
        answer = await client.chat.completions.create(
            model=trouble.model, messages=trouble.messages, stream=stream
        )
        return [chunk async for chunk in answer] if stream else answer

    return create


@pytest.fixture(scope="session")
def outcome():
    """Return a reader of text, finish reason and completion tokens of an answer in either form."""

    def read(answer):
        if not isinstance(answer, list):
            choice = answer.choices[0]
            return choice.message.content, choice.finish_reason, answer.usage.completion_tokens
        last = answer[-1]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
        return text, last.choices[0].finish_reason, last.usage.completion_tokens

    return read


@pytest.fixture
def assert_refused(cerebras_mock):
    """Return a check of an SDK's exception against the trouble it was caused by."""

    def check(error, trouble):
        assert error.status_code == trouble.status
        assert error.body["code"] == trouble.code
        assert set(error.body) == {"message", "type", "param", "code"}
        assert ("retry-after" in error.response.headers) is (trouble.status == 429)
        cerebras_mock.assert_requests(1)
        assert cerebras_mock.requests[0].error == error.body

    return check


@pytest.fixture
def assert_truncated(cerebras_mock, outcome):
    """Return a check that an answer ends after exactly 512 tokens."""

    def check(answer):
        text, finish_reason, completion_tokens = outcome(answer)
        assert finish_reason == "length"
        assert completion_tokens == len(tokens.pieces(text)) == 512
        cerebras_mock.assert_requests(1)

    return check


@pytest.fixture
def anyio_backend():
    """Run async tests on asyncio, which all the clients support."""
    return "asyncio"
