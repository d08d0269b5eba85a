"""Each row of the endpoints is answered, and gets what its row says: limits, keys, rules."""

from __future__ import annotations

import json

import pytest
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from mockserver.api.contract import routes
from mockserver.api.contract.endpoints import ENDPOINTS, Endpoint
from mockserver.core.messages import Request
from mockserver.engine.answers import ANSWERS
from mockserver.faults import Error
from mockserver.plan import Data, head_of
from mockserver.scenario import Match, Rule, parse

MODEL = "llama3.1-8b"
HI = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
LINE = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": HI}
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n'
    b"%s\r\n--b--\r\n"
)
LEFT = "x-ratelimit-remaining-tokens-minute"


def batch(file, endpoint="/v1/chat/completions"):
    return {"input_file_id": file, "endpoint": endpoint, "completion_window": "24h"}


def upload(line):
    return FORM % json.dumps(line).encode()


BODIES = {
    "chat": lambda _: json.dumps(HI).encode(),
    "completions": lambda _: json.dumps({"model": MODEL, "prompt": "hi"}).encode(),
    "embeddings": lambda _: json.dumps({"model": MODEL, "input": "Blue is"}).encode(),
    "upload_file": lambda _: upload(LINE),
    "create_batch": lambda ids: json.dumps(batch(ids["file"])).encode(),
}
"""A good body for each endpoint that takes one."""


def document(exchange):
    assert head_of(exchange.plan).status == 200
    return json.loads(b"".join(step.data for step in exchange.plan if isinstance(step, Data)))


def field(exchange, name):
    return head_of(exchange.plan).header(name)


@pytest.fixture
def asked(key, now):
    """Return what asks an engine for an endpoint, of a file and a batch that are there."""

    def handle(engine, name, *, key=key, body=None, later=0.0):
        row = ENDPOINTS[name]
        ids = {"model": MODEL}
        if "{file}" in row.path or name == "create_batch":
            ids["file"] = document(handle(engine, "upload_file"))["id"]
        if "{batch}" in row.path:
            ids["batch"] = document(handle(engine, "create_batch"))["id"]
        if row.body or row.upload:
            assert name in BODIES, f"BODIES has no good body for {name!r}"
            body = body or BODIES[name](ids)
        fields = {"authorization": f"Bearer {key}"} if key else {}
        fields |= {"content-type": "multipart/form-data; boundary=b"} if row.upload else {}
        path = row.path.format(**ids)
        exchange = engine.handle(Request(row.method, path, fields, body or b""), now=now + later)
        engine.finish(exchange, now=now + later)
        return exchange

    return handle


def test_every_row_has_an_answer():
    """Whatever can be asked is answered, and nothing else is."""
    assert ANSWERS.keys() == ENDPOINTS.keys()


@pytest.mark.parametrize("name", ENDPOINTS)
def test_answered(engine, asked, name):
    """A good request is answered; it counts against limits and says so where the row has some."""
    exchange = asked(engine(), name)
    assert (head_of(exchange.plan).status, exchange.endpoint) == (200, name)
    limited = ENDPOINTS[name].limited
    assert exchange.admitted is limited
    assert (field(exchange, LEFT) is not None) is limited
    assert (exchange.prompt_tokens > 0) is limited


@pytest.mark.parametrize("name", ENDPOINTS)
def test_key(engine, asked, name):
    """Without a key there is no answer but where the row needs none."""
    assert asked(engine(), name, key=None).refused is ENDPOINTS[name].key


@pytest.mark.parametrize("name", ENDPOINTS)
def test_matched(engine, asked, name):
    """A rule that names an endpoint is for that one."""
    broken = engine(Rule(match=Match(endpoint=name), faults=(Error(status=503),)))
    assert head_of(asked(broken, name).plan).status == 503
    assert not asked(broken, "chat" if name == "models" else "models").refused


@with_config(ConfigDict(extra="forbid"))
class EmbeddingsRequest(TypedDict):
    """The body of the pretended endpoint."""

    model: str
    input: str


def embed(_, parsed, responder):
    usage = {"prompt_tokens": parsed.prompt, "total_tokens": parsed.prompt}
    return responder.document({"object": "list", "model": parsed.model_id, "usage": usage})


@pytest.fixture
def embeddings(monkeypatch):
    """Pretend that there is an endpoint for embeddings: a row and an answer."""
    body = EmbeddingsRequest
    row = Endpoint("embeddings", "POST", "/v1/embeddings", "prompt", body, text="input")
    monkeypatch.setitem(ENDPOINTS, row.name, row)
    monkeypatch.setitem(ANSWERS, row.name, embed)
    routes._rows.cache_clear()  # by other tests, the path is none
    yield row.name
    routes._rows.cache_clear()


def test_new_endpoint(engine, asked, embeddings):
    """A row and an answer are enough: it is routed, measured, and noted."""
    exchange = asked(engine(), embeddings)
    assert document(exchange)["usage"]["prompt_tokens"] == exchange.prompt_tokens == 2
    assert (exchange.endpoint, exchange.model, exchange.stream) == (embeddings, MODEL, False)
    assert (exchange.wanted_tokens, exchange.completion_tokens) == (2, 0)


def test_limits_of_a_new_endpoint(engine, asked, embeddings):
    """It shares the limits of its model with the others, and uses the tokens of its prompt."""
    running = engine(tier="free")
    left = [int(field(asked(running, embeddings), LEFT)) for _ in range(30)]
    assert left[0] - left[1] == 2
    for name in (embeddings, "chat"):
        refused = asked(running, name)
        assert head_of(refused.plan).status == 429
        assert field(refused, LEFT) is not None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"model": "gpt-4o", "input": "hi"}, "model_not_found"),
        ({"model": MODEL}, "wrong_api_format"),
        ({"model": MODEL, "input": "hi", "n": 1}, "wrong_api_format"),
        ({"model": MODEL, "input": "word " * 9_000}, "context_length_exceeded"),
    ],
)
def test_refusals_of_a_new_endpoint(engine, asked, embeddings, body, problem):
    """A bad request is refused as those of the others are."""
    refused = asked(engine(), embeddings, body=json.dumps(body).encode())
    (said,) = [json.loads(step.data) for step in refused.plan if isinstance(step, Data)]
    assert said["code"] == problem


def test_rules_for_a_new_endpoint(engine, asked, embeddings):
    """A rule can name it, and sees its text."""
    match = "match: {endpoint: embeddings, prompt: {contains: Blue}}"
    scenario = parse(f"name: x\nrules: [{{{match}, faults: [error: {{status: 503}}]}}]")
    running = engine(*scenario.rules)
    assert head_of(asked(running, embeddings).plan).status == 503
    other = json.dumps({"model": MODEL, "input": "Red is"}).encode()
    assert head_of(asked(running, embeddings, body=other).plan).status == 200
    assert head_of(asked(running, "chat").plan).status == 200


@pytest.mark.usefixtures("embeddings")
def test_new_endpoint_in_a_batch(engine, asked):
    """A batch can ask it."""
    running = engine()
    line = {**LINE, "url": "/v1/embeddings", "body": {"model": MODEL, "input": "hi"}}
    file = document(asked(running, "upload_file", body=upload(line)))["id"]
    body = json.dumps(batch(file, "/v1/embeddings")).encode()
    made = document(asked(running, "create_batch", body=body))
    listed = document(asked(running, "batches", later=60.0))["data"]
    (done,) = [one for one in listed if one["id"] == made["id"]]
    assert done["request_counts"] == {"total": 1, "completed": 1, "failed": 0}
