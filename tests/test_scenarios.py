import json
from pathlib import Path

import pytest

from mockserver import scenario
from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.journal import Exchange
from mockserver.plan import Close, End, tokens_of

FOLDER = Path(__file__).parents[1] / "scenarios"
both = pytest.mark.parametrize("stream", [True, False])


@pytest.fixture
def run(now):
    """Return a starter of shipped scenarios that gives a function from requests to exchanges."""

    def start(name):
        engine = Engine(scenario.load(name), now=now)

        def handle(request, late=0.0) -> Exchange:
            exchange = engine.handle(request, now=now + late)
            engine.finish(exchange, now=now + late)
            return exchange

        return handle

    return start


def test_names():
    """What is shipped is what lies in the folder."""
    assert scenario.names() == sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", scenario.names())
def test_shipped(ask, run, name):
    """Each has its file's name, says what it is and what to expect, and answers every endpoint."""
    loaded = scenario.load(name)
    assert loaded.name == name
    assert loaded.description.endswith(".")
    assert "\n" not in loaded.description
    assert 20 <= len(loaded.description) <= 100
    assert loaded.expect.endswith(".")
    assert loaded.tags
    assert loaded.source.startswith("https://") or name == "healthy"
    handle = run(name)
    for endpoint in ("chat", "completions", "models", "public_models", "warming", "/nowhere"):
        assert handle(ask(endpoint)).plan
    assert handle(ask("warming")).status == 200


def test_healthy(ask, run):
    """Nothing breaks."""
    handle = run("healthy")
    exchanges = [
        handle(ask(stream=stream, seed=at)) for stream in (True, False) for at in range(40)
    ]
    assert {exchange.status for exchange in exchanges} == {200}
    assert not any(exchange.failed or exchange.rule for exchange in exchanges)


def test_burst_503(ask, run):
    """Three 503s, one answer, two more 503s, then recovery."""
    handle = run("burst-503")
    exchanges = [handle(ask()) for _ in range(20)]
    assert [exchange.status for exchange in exchanges] == [
        503,
        503,
        503,
        200,
        503,
        503,
        *[200] * 14,
    ]
    assert exchanges[0].error["code"] == "service_unavailable"


@both
def test_truncated_512(ask, run, objects, stream):
    """A long answer stops after exactly 512 tokens, for every model and whatever was asked for."""
    handle = run("truncated-512")
    for body in ({}, {"max_tokens": 2000}, {"model": "gpt-oss-120b"}):
        exchange = handle(ask(stream=stream, **body))
        assert (exchange.completion_tokens, exchange.finish_reason) == (512, "length")
        assert objects(exchange.plan)[-1]["usage"]["completion_tokens"] == 512


@both
def test_stream_cut(ask, run, stream):
    """Two answers are lost after 20 tokens, the third arrives."""
    handle = run("stream-cut")
    exchanges = [handle(ask(stream=stream)) for _ in range(3)]
    assert [tokens_of(exchange.plan) for exchange in exchanges[:2]] == [20, 20]
    assert [exchange.plan[-1] for exchange in exchanges] == [Close(), Close(), End()]
    assert exchanges[2].finish_reason == "stop"


def test_rate_limit(ask, run):
    """The minute is used up; who waits for Retry-After is answered, once."""
    handle = run("rate-limit")
    refused = handle(ask())
    assert (refused.status, refused.retry_after) == (429, 2.0)
    assert refused.error["code"] == "request_quota_exceeded"
    assert refused.plan[0].header("x-ratelimit-remaining-requests-minute") == "0"
    assert handle(ask(), late=1.9).status == 429
    assert handle(ask(), late=2.0).status == 200
    again = handle(ask(), late=2.0)
    assert (again.status, again.retry_after) == (429, 2.0)
    assert handle(ask(), late=120.0).status == 200


@pytest.mark.parametrize("endpoint", ["chat", "completions", "models"])
def test_wrong_key(ask, run, endpoint):
    """Every key is refused, again and again."""
    handle = run("wrong-key")
    exchanges = [handle(ask(endpoint)) for _ in range(3)]
    assert [(one.status, one.error["code"]) for one in exchanges] == [(401, "wrong_api_key")] * 3


def test_unknown_model(ask, run):
    """The model is gone from both kinds of completions, the lists still answer."""
    handle = run("unknown-model")
    for endpoint in ("chat", "completions"):
        for _ in range(3):
            exchange = handle(ask(endpoint, model="gpt-oss-120b"))
            assert (exchange.status, exchange.error["code"]) == (404, "model_not_found")
            assert "Model gpt-oss-120b does not exist" in exchange.error["message"]
    assert handle(ask("models")).status == 200


@pytest.mark.parametrize("model", ["gpt-oss-120b", "qwen-3-32b", "llama3.1-8b"])
def test_context_8192(ask, run, model):
    """Prompt plus completion of 8,192 tokens fit, one more is refused with the figures."""
    handle = run("context-8192")
    fits = handle(ask("completions", model=model, prompt=[1] * 8000, max_tokens=192))
    over = handle(ask("completions", model=model, prompt=[1] * 8000, max_tokens=193))
    assert (fits.status, over.status) == (200, 400)
    assert over.error["code"] == "context_length_exceeded"
    assert over.error["message"].endswith("Current length is 8193 while limit is 8192")


def test_status_page_lags(ask, now):
    """What is over after half a minute is shown five minutes later."""
    engine = Engine(scenario.load("status-page-lags"), now=now)

    def seen(late):
        page = Request("GET", "/api/v2/status.json")
        data = engine.status_page(page, now=now + late, url="http://mock/status")[1].data
        status = engine.handle(ask(), now=now + late).status
        return status, json.loads(data)["status"]["indicator"]

    assert {late: seen(late) for late in (0, 29, 31, 299, 301, 329, 331)} == {
        0: (503, "none"),
        29: (503, "none"),
        31: (200, "none"),
        299: (200, "none"),
        301: (200, "critical"),
        329: (200, "critical"),
        331: (200, "none"),
    }
