"""
Requests that nobody means: whatever comes in, the mock answers, and never with its own fault.

Those marked slow try some thousands, and ``CEREBRAS_SLOW=full`` 10,000.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import socket
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core.messages import Request
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.engine import Engine
from mockserver.journal.grouping import grouped
from mockserver.plan import Data, End, EventRun, Head
from mockserver.scenario import Match, Prompt, Rule, Scenario
from mockserver.verdicts.classify import classify

MANY = 10_000 if os.environ.get("CEREBRAS_SLOW") == "full" else 4_000

NOW = 1_790_000_000.25
SCENARIOS = [
    Scenario("default"),
    Scenario("today", edition="2026-11", context=8192),
    Scenario("limited", tier="free", rules=(Rule(match=Match(prompt=Prompt(regex="a.*b"))),)),
]
PATHS = [
    *("/v1/chat/completions", "/v1/completions", "/v1/models", "/v1/models/llama3.1-8b"),
    *("/public/v1/models", "/public/v1/models/llama3.1-8b", "/v1/tcp_warming"),
]
MODELS = ["llama3.1-8b", "gpt-oss-120b", "qwen-3.8-27b", "gpt-4o"]
SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "enum": ["Rome", "Oslo"]},
        "hours": {"type": "array", "items": {"$ref": "#/$defs/hour"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["city", "hours", "note"],
    "additionalProperties": False,
    "$defs": {"hour": {"type": "integer"}},
}
LOOSE = {**SCHEMA, "$defs": {"hour": {"type": "integer", "minimum": 1, "maximum": 24}}}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": "Soon.", "parameters": LOOSE}}
    for name in ("get_weather", "get_time")
]
CALL = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "a or b?"}]},
    {"role": "assistant", "content": None, "reasoning": "b?", "tool_calls": [CALL]},
    {"role": "tool", "content": "a", "tool_call_id": "1"},
    {"role": "user", "content": "Grüße, 你好, weather?"},
]
FORMAT = {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": SCHEMA}}
SAMPLING = {"temperature": 0.5, "top_p": 1, "seed": 1, "stop": ["x"], "n": 1, "user": "u"}
CHAT = {"model": "gpt-oss-120b", "messages": MESSAGES, "stream": True}
TEXT = {"model": "gpt-oss-120b", "prompt": ["a", "b"], "stream": False}
# what is well answered, until something in it is changed
SEEDS = [
    ("/v1/chat/completions", {**CHAT, "tools": TOOLS, "tool_choice": "auto"}),
    ("/v1/chat/completions", {**CHAT, "tools": TOOLS, "tool_choice": "required", "stream": False}),
    ("/v1/chat/completions", {**CHAT, "response_format": FORMAT, "max_completion_tokens": 20}),
    ("/v1/chat/completions", {**CHAT, **SAMPLING, "logprobs": True, "top_logprobs": 2}),
    (
        "/v1/chat/completions",
        {
            **CHAT,
            "reasoning_effort": "low",
            "reasoning_format": "raw",
            "stream_options": {"include_usage": True},
            "prediction": {"type": "content", "content": "a"},
        },
    ),
    ("/v1/completions", {**TEXT, **SAMPLING, "max_tokens": 20, "echo": True}),
    ("/v1/completions", {**TEXT, "prompt": [1, 2], "logprobs": 2, "suffix": "!"}),
]
MEDIA_TYPES = ["application/json", "application/vnd.msgpack", "text/plain", "a/b; charset=\xff"]
ENCODINGS = ["gzip", "identity", "br", "gzip, gzip"]
FIELDS = {
    "authorization": [
        "Bearer csk-1",
        "Bearer sk-1",
        "Basic eA==",
        "Bearer",
        "bearer  x",
        "Bearer \udcff",
    ],
    "content-type": MEDIA_TYPES,
    "content-encoding": ENCODINGS,
    "accept": ["*/*", "text/event-stream", "application/vnd.msgpack"],
    "accept-encoding": ["gzip", "*;q=0"],
    "user-agent": ["Python-urllib/3.11", "\udcff"],
    "x-stainless-retry-count": ["0", "1", "-1", "x", "9" * 5000],
    "x-stainless-read-timeout": ["60", "nan", "\udcff"],
    "x-delay-time": ["1", "x"],
}
FORM = (
    b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b\r\ncontent-disposition: form-data; name="file"%s\r\n\r\n%s\r\n--b--\r\n'
)
DISPOSITIONS = [b'; filename="x.jsonl"'] * 9 + [b"; filename*=idna''%ff", b'; filename="\xff"']
FORMS = ["boundary=b"] * 9 + ["boundary=c", "boundary*=idna''%ff", "boundary=\udcff"]
SCHEMAS = [{"$ref": "#"}, {"$ref": "#/$defs/x"}, {"type": "array"}, {"anyOf": []}, {"enum": []}]
HUGE = [2**63, 10**30, -(10**400), 10**4299, int("9" * 4300), 1e308, float("nan"), float("inf")]

text = st.text(st.characters(exclude_categories=[]), max_size=12)  # with lone surrogates
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | text | st.sampled_from([*HUGE, ""])
)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
) | st.sampled_from(SCHEMAS).map(dict)


def spots(value):
    """Return every place in a body that can hold something else."""
    if not isinstance(value, (dict, list)):
        return []
    keys = list(value) if isinstance(value, dict) else range(len(value))
    return [(value, key) for key in keys] + [spot for key in keys for spot in spots(value[key])]


@st.composite
def changed(draw):
    """Draw a path and what to send there: something good, or with other values in it."""
    path, seed = draw(st.sampled_from(SEEDS))
    value = json.loads(json.dumps(seed))
    if draw(st.booleans()):
        value |= {"model": draw(st.sampled_from(MODELS)), "stream": draw(st.booleans())}
    for name in draw(st.sets(st.sampled_from(sorted(value)), max_size=2)):
        del value[name]
    for name in draw(st.sets(st.sampled_from([*SAMPLING, "max_tokens"]), max_size=1)):
        value[name] = draw(scalars)
    for _ in range(draw(st.integers(0, 3))):
        places = spots(value)
        if places:
            holder, key = draw(st.sampled_from(places))
            holder[key] = draw(junk)
    if draw(st.integers(0, 4)) == 0:
        value[draw(text)] = draw(junk)
    return path, value


@st.composite
def posts(draw):
    """Draw a path and the bytes of a body for it, which may be broken."""
    path, value = draw(changed())
    ascii_only = draw(st.booleans())
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    return path, draw(st.sampled_from(BREAKING))(data, draw)


def cut(data, draw):
    """Leave out or put in some bytes."""
    at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 9))
    return data[:at] + draw(st.binary(max_size=9)) + data[at + length :]


def doubled(data, draw):
    """Say a key twice."""
    return b'{"model":' + json.dumps(draw(st.sampled_from([1, *MODELS]))).encode() + b"," + data[1:]


def nested(data, draw):
    """Put the whole of it, or nothing, very deep."""
    depth = draw(st.sampled_from([10, 198, 250, 2000, 100_000]))
    opening, closing_ = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]))
    inner = opening * depth + draw(st.sampled_from([b"", b"1", data])) + closing_ * depth
    return draw(st.sampled_from([inner, data[:-1] + b',"model_parameters":{"a":%s}}' % inner]))


def packed(data, draw):
    """Compress it, and perhaps cut that."""
    data = gzip.compress(data, 1, mtime=0)
    return data[: draw(st.sampled_from([len(data), 5, len(data) - 5]))]


def other(_, draw):
    """Send anything else."""
    value = json.dumps(draw(junk)).encode()
    return draw(st.sampled_from([b"", b"\x00", b"\xef\xbb\xbf{}", value, draw(st.binary())]))


BREAKING = [*[lambda data, _: data] * 4, cut, doubled, nested, packed, other]


@st.composite
def requests(draw):
    """Draw a request: mostly a plausible one with something odd about it."""
    odd = st.lists(text | st.sampled_from(["..", "%00", "v1", "models", "x" * 5000]), max_size=4)
    other_paths = st.sampled_from(PATHS) | odd.map("/".join) | text.map("/v1/models/{}".format)
    path, body = draw(posts())
    if draw(st.integers(0, 3)) == 0:
        path = draw(other_paths)
    methods = st.sampled_from(["POST"] * 5 + ["GET"] * 2 + ["PUT", "OPTIONS", "HEAD", "X-Y"])
    fields = {"authorization": "Bearer csk-1"}
    for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=3)):
        fields[name] = draw(st.sampled_from(FIELDS[name]))
    fields |= draw(st.dictionaries(text.map(str.lower), text, max_size=2))
    return Request(draw(methods), path, fields, body, draw(text))


def assert_well_formed(plan):
    """Check that the plan is a head, pieces of a body and an end, all of one mind."""
    head, *pieces, end = plan
    assert isinstance(head, Head)
    assert isinstance(end, End)
    assert all(isinstance(piece, Data | EventRun) for piece in pieces)
    assert 200 <= head.status < 500
    for name, value in head.headers:
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert re.fullmatch(r"[ -~]*", value)
    body = b"".join(piece.data for piece in pieces)
    length = head.header("content-length")
    assert length is None or head.bodiless or int(length) == len(body)
    if head.bodiless:
        assert body == b""
    elif head.header("content-encoding") is None:
        assert_says(head, body)


def assert_says(head, body):
    """Check that the body is of its media type, and an error one of the API's objects."""
    kind = head.header("content-type") or ""
    if kind.startswith("text/event-stream"):
        assert body.startswith(b"data: {")
        assert body.endswith(b"data: [DONE]\n\n")
    elif kind == "application/json":
        said = json.loads(body)
        if head.refuses:
            assert {"message", "type", "param", "code"} <= set(said) or list(said) == ["detail"]


def judge(scenario, sent):
    """Answer one client's requests, as the edge and the report of a failed test do."""
    engine = Engine(scenario, now=NOW)
    for at, request in enumerate(sent):
        exchange = engine.handle(request, now=NOW + at)
        assert_well_formed(exchange.plan)
        engine.finish(exchange, now=NOW + at)
        classify(exchange, engine.edition)
        assert exchange.line()
        assert isinstance(exchange.body, dict)
    calls = grouped(engine.journal)
    assert sum(call.attempts for call in calls) == engine.journal.count


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_seeds(scenario):
    """What the other tests start from is well answered: they meet more than refusals."""
    fields = {"authorization": "Bearer csk-1"}
    for path, body in SEEDS:
        request = Request("POST", path, fields, json.dumps(body).encode())
        assert Engine(scenario, now=NOW).handle(request, now=NOW).status == 200


@pytest.mark.parametrize("examples", [500, pytest.param(MANY, marks=pytest.mark.slow)])
def test_anything_is_answered(examples):
    """No request makes the engine raise, answer with a 5xx or write what no edge can play."""
    drawn = given(st.sampled_from(SCENARIOS), st.lists(requests(), min_size=1, max_size=2))
    settings(max_examples=examples)(drawn(judge))()


@st.composite
def batch_lines(draw):
    """Draw a line of a batch's input: a request for what one of the endpoints answers, or not."""
    path, value = draw(changed())
    whole = {"custom_id": draw(text), "method": "POST", "url": path, "body": value}
    if draw(st.integers(0, 3)) > 0:
        value["stream"] = False
    else:
        holder, key = draw(st.sampled_from(spots(whole)))
        holder[key] = draw(junk)
    return json.dumps(whole).encode()


@pytest.mark.parametrize("examples", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_batches_of_anything(examples):
    """Whatever is uploaded and batched, each request about it is answered, now and later."""

    def ask(engine, now, method, path, body=b"", kind="application/json"):
        fields = {"authorization": "Bearer csk-1", "content-type": kind}
        exchange = engine.handle(Request(method, path, fields, body), now=now)
        assert_well_formed(exchange.plan)
        return json.loads(exchange.plan[1].data) if exchange.status == 200 else {}

    def run(path, lines, disposition, kind):
        engine = Engine(SCENARIOS[0], now=NOW)
        form = FORM % (disposition, b"\n".join(lines))
        file = ask(engine, NOW, "POST", "/v1/files", form, f"multipart/form-data; {kind}")
        wanted = {"input_file_id": file.get("id"), "endpoint": path, "completion_window": "24h"}
        batch = ask(engine, NOW, "POST", "/v1/batches", json.dumps(wanted).encode())
        for now in (NOW + 1, NOW + 1000):
            batch = ask(engine, now, "GET", f"/v1/batches/{batch.get('id')}")
            ask(engine, now, "GET", "/v1/files")
        assert batch.get("status") in (None, "completed", "failed")

    lists = st.lists(batch_lines(), min_size=1, max_size=2)
    drawn = given(
        st.sampled_from(PATHS[:2]), lists, st.sampled_from(DISPOSITIONS), st.sampled_from(FORMS)
    )
    settings(max_examples=examples)(drawn(run))()


def framed(request):
    """Return the bytes of a request; what would never get past HTTP itself is replaced."""
    path = re.sub(r"[^!-~]|#", "%7F", f"/{request.path[:6000].lstrip('/')}?{request.query}")
    method = request.method.replace("X-Y", "PATCH")
    lines = [f"{method} {path} HTTP/1.1", "host: mock", "connection: close"]
    lines += [f"content-length: {len(request.body)}"]
    names = request.headers.keys() & FIELDS.keys()
    lines += [f"{name}: {request.headers[name]}" for name in sorted(names)]
    return "\r\n".join([*lines, "", ""]).encode(errors="surrogateescape") + request.body


def status_of(url, data):
    """Send bytes, read until the server closes, and return the status of its answer."""
    host, port = url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        connection.sendall(data)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.endswith(b"0\r\n\r\n") or b"content-length: " in received
    return int(received.split(b" ", 2)[1])


@pytest.mark.parametrize("examples", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_anything_is_answered_on_the_wire(examples, caplog):
    """Through a socket it is the same: no 5xx, no traceback, and the server goes on."""
    with caplog.at_level(logging.WARNING), ThreadedServer(LiveEngine()) as server:

        def send(request):
            assert 200 <= status_of(server.url, framed(request)) < 500

        settings(max_examples=examples)(given(requests())(send))()
        good = Request("GET", "/v1/models", {"authorization": "Bearer csk-1"})
        assert status_of(server.url, framed(good)) == 200
        assert server.live.crashes == []
    assert caplog.text == ""
