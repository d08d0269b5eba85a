"""Builders that the tests share. They are functions without state, hence the session scope."""

from __future__ import annotations

import gc
import json
import signal

import pytest
from hypothesis import settings

from mockserver.api.model.script import Script
from mockserver.core.messages import Request
from mockserver.core.sse import parsed
from mockserver.engine import Engine
from mockserver.plan import Data, expand
from mockserver.scenario import Rule, Scenario

settings.register_profile("tests", deadline=None)  # a busy machine is no failure
settings.load_profile("tests")

_WITHOUT_LANGSMITH = "-p no:langsmith_plugin"  # langchain brings it
KEY = "csk-" + "4f1dmock" * 6
PATHS = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "models": "/v1/models",
    "public_models": "/public/v1/models",
    "warming": "/v1/tcp_warming",
}


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """
    Collect no garbage while tests are collected, and none of what is there before they run.

    18,000 tests and their modules stay until the end: each full collection would go through them.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def without_langsmith():
    """Leave langsmith's plugin out of pytest runs in other processes: it imports for a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", _WITHOUT_LANGSMITH)
        yield


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Leave langsmith's plugin out of inner runs, too."""
    monkeypatch.setenv("PYTEST_ADDOPTS", _WITHOUT_LANGSMITH)
    return pytester


@pytest.fixture(scope="session")
def key():
    """Return a key that every edition accepts."""
    return KEY


@pytest.fixture(scope="session")
def now():
    """Return the time at which tests begin."""
    return 1_790_000_000.25


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """Return the path of an edition that takes ``n`` > 1."""
    path = tmp_path_factory.mktemp("editions") / "several.yaml"
    path.write_text("extends: guide\nname: several\nvalidation: {waives: [n_greater_than_1]}\n")
    return str(path)


@pytest.fixture(scope="session")
def told():
    """Return what tells an error of pydantic: our own words, or its name of the error and facts."""

    def tell(error):
        facts = error.get("ctx", {})
        kind = [] if "error" in facts else [error["type"]]
        return " ".join([*kind, *map(str, facts.values())])

    return tell


@pytest.fixture(scope="session")
def ask():
    """Return a builder of requests: an endpoint's name or a path, then keys of the body."""

    def build(endpoint="chat", *, headers=None, method=None, raw=None, **body):
        fields = {"authorization": f"Bearer {KEY}"} if headers is None else headers
        path = PATHS.get(endpoint, endpoint)
        if endpoint == "chat":
            body = {"messages": [{"role": "user", "content": "Say something."}], **body}
        elif endpoint == "completions":
            body = {"prompt": "Once upon a time", **body}
        else:
            return Request(method or "GET", path, fields, raw or b"")
        body = {"model": "llama3.1-8b", **body}
        return Request(
            method or "POST", path, fields, json.dumps(body).encode() if raw is None else raw
        )

    return build


@pytest.fixture(scope="session")
def engine(now):
    """Return a builder of engines: rules, then keys of the scenario."""

    def build(*rules, **keys):
        return Engine(Scenario("test", rules=rules, **keys), now=now)

    return build


@pytest.fixture(scope="session")
def play(engine, now):
    """Return a player of one request on an engine of its own; keyword arguments make a rule."""

    def handle(request, *, scenario=None, **rule):
        return engine(Rule(**rule), **(scenario or {})).handle(request, now=now)

    return handle


@pytest.fixture(scope="session")
def answer(engine, ask, now):
    """Return a player of one request to its end; keyword arguments make the reply."""

    def play(*faults, stream=False, leaves=None, request=None, **reply):
        running = engine(Rule(reply=Script(**reply), faults=faults))
        body = {"stream": stream, **(request or {})}
        exchange = running.handle(ask(**body), now=now)
        over = now + (leaves or 0)
        running.finish(exchange, now=over, client_left=leaves is not None)
        return exchange

    return play


@pytest.fixture(scope="session")
def objects():
    """Return a reader of what a plan says: its events without ``[DONE]``, or its one document."""

    def read(plan):
        data = [step.data for step in expand(plan) if isinstance(step, Data)]
        if data and not data[0].startswith(b"data: "):
            return [json.loads(b"".join(data))]
        return [said for said in map(parsed, data) if said is not None]

    return read


@pytest.fixture(scope="session")
def text(objects):
    """Return a reader of the text that a completion hands to the client, thoughts included."""

    def said(holder):
        return (holder.get("reasoning") or "") + (holder.get("content") or holder.get("text") or "")

    def read(plan):
        choices = [one["choices"][0] for one in objects(plan)]
        holders = [choice.get("delta") or choice.get("message") or choice for choice in choices]
        return "".join(map(said, holders))

    return read


@pytest.fixture
def heeding():
    """Let this process heed signals: it may ignore some, in the background, and so do children."""
    names = [name for name in ("SIGHUP", "SIGINT") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] == signal.SIG_IGN:
            default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, default)
    yield
    for number, handler in before.items():
        if handler is not None:
            signal.signal(number, handler)
