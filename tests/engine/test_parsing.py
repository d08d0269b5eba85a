import gc
import gzip
import json
from dataclasses import replace
from types import FrameType

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.edition_settings import Validation
from mockserver.api.model import tokens
from mockserver.core.messages import Request
from mockserver.engine.parsing import ParsedRequest, RequestParser

GUIDE, TODAY = editions.load("guide"), editions.load("2026-11")
SEVERAL = replace(GUIDE, validation=Validation(waives=("n_greater_than_1",)))
HI = {"role": "user", "content": "hi"}


def read(request, edition):
    return RequestParser(edition).read(request)


def view_of(request):
    return read(request, GUIDE).view(request)


def problem(request, edition=GUIDE):
    refusal = read(request, edition).refusal
    return refusal and refusal.problem


@pytest.mark.parametrize(
    ("credentials", "guide", "today"),
    [
        (None, "wrong_api_key", "not_authenticated"),
        ("", "wrong_api_key", "not_bearer"),
        ("csk-abc", "wrong_api_key", "not_bearer"),
        ("Basic Y3NrLWFiYw==", "wrong_api_key", "not_bearer"),
        ("Bearer", "wrong_api_key", "not_bearer"),
        ("Bearer  ", "wrong_api_key", "not_bearer"),
        ("Bearer sk-abc", "wrong_api_key", None),
        ("Bearer gsk_abc", "wrong_api_key", None),
        ("Bearer CSK-abc", "wrong_api_key", None),
        ("Bearer csk-abc", None, None),
        ("bearer csk-abc", None, None),
    ],
)
@pytest.mark.parametrize("endpoint", ["chat", "models", "/v1/models/gpt-oss-120b"])
def test_keys(ask, endpoint, credentials, guide, today):
    """The guide refuses all that is no csk- key; today's API wants any bearer key at all."""
    headers = {} if credentials is None else {"authorization": credentials}
    request = ask(endpoint, model="gpt-oss-120b", headers=headers)
    assert (problem(request), problem(request, TODAY)) == (guide, today)


@pytest.mark.parametrize("endpoint", ["public_models", "/public/v1/models/x", "warming"])
def test_public(ask, endpoint):
    """The public catalogue and the warm-up want no key."""
    assert problem(ask(endpoint, headers={})) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"path": "/v1/nowhere"}, "unknown_path"),
        ({"method": "GET"}, "method_not_allowed"),
        ({}, "wrong_api_key"),
        ({"headers": {"authorization": "Bearer csk-a"}}, "wrong_api_format"),
    ],
)
def test_order(changes, expected):
    """The path is examined first, then the method, the key, and only then the body."""
    fields = {"method": "POST", "path": "/v1/chat/completions", "body": b"{"}
    assert problem(Request(**(fields | changes))) == expected


def test_format_before_model(ask):
    """A malformed request is refused as such, whatever its model."""
    assert problem(ask(model="gpt-4o", temperature=9)) == "wrong_api_format"
    assert problem(ask(model="gpt-4o", temperature=1)) == "model_not_found"


def test_model_before_meaning(ask):
    """What a well-formed body asks for is examined once the model is known."""
    assert problem(ask(model="gpt-4o", n=2)) == "model_not_found"
    assert problem(ask(n=2)) == "n_greater_than_1"
    assert problem(ask("completions", n=2)) == "n_greater_than_1"


def test_validation_of_edition(ask):
    """Status and prefix of an invalid body are the edition's; reading goes on all the same."""
    old = replace(GUIDE, validation=Validation(status=422, prefix="body."))
    refusal = read(ask(store=True), old).refusal
    assert (refusal.status, refusal.facts["reason"]) == (
        422,
        "body.store: property 'body.store' is unsupported",
    )
    parsed = read(ask(n=2), SEVERAL)
    assert (parsed.refusal, parsed.limit) == (None, 512)


@pytest.mark.parametrize(
    ("model", "guide", "today"),
    [
        ("gpt-oss-120b", None, None),
        ("llama3.1-8b", None, "model_not_found"),
        ("LLAMA3.1-8B", "model_not_found", "model_not_found"),
        ("gpt-4o", "model_not_found", "model_not_found"),
        ("", "model_not_found", "model_not_found"),
    ],
)
def test_models(ask, model, guide, today):
    """A model that the edition doesn't serve is refused."""
    request = ask(model=model)
    assert (problem(request), problem(request, TODAY)) == (guide, today)


@pytest.mark.parametrize(
    ("model", "problem"), [("zai-glm-4.7", "model_archived"), ("qwen-3-32b", "model_not_found")]
)
def test_retired(ask, model, problem):
    """A model that was retired is not found, or archived where the API began to say so."""
    refusal = read(ask(model=model), editions.load("2026-11")).refusal
    assert (refusal.problem, refusal.facts) == (problem, {"model": model})


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("Hello big world", 3),
        (["Hello", "big world"], 3),
        ([7, 8, 9, 10], 4),
        ([[7, 8], [9]], 3),
        ("", 0),
        ([], 0),
    ],
)
def test_prompt(ask, prompt, count):
    """Texts are counted by the estimator, token arrays by their length."""
    assert read(ask("completions", prompt=prompt), GUIDE).prompt == count


def test_prompt_of_messages(ask):
    """A conversation costs what the model's template adds to it."""
    messages = [{"role": "system", "content": "Be brief."}, HI]
    model = GUIDE.models["llama3.1-8b"]
    parsed = read(ask(messages=messages), GUIDE)
    assert parsed.prompt == model.prompt_base + 2 * model.prompt_each + tokens.count("Be brief.hi")


@pytest.mark.parametrize(
    ("asked", "requested", "limit"),
    [
        ({}, None, 512),
        ({"max_tokens": None}, None, 512),
        ({"max_tokens": -1}, None, 512),
        ({"max_tokens": 0}, 0, 0),
        ({"max_tokens": 900}, 900, 900),
        ({"max_tokens": 7, "max_completion_tokens": None}, 7, 7),
        ({"max_tokens": None, "max_completion_tokens": -1}, None, 512),
        ({"max_tokens": None, "max_completion_tokens": 600}, 600, 600),
        ({"max_completion_tokens": 0}, 0, 0),
    ],
)
def test_limit(ask, asked, requested, limit):
    """Without a length the guide's models stop at 512; -1 asks for none, an asked one is given."""
    parsed = read(ask(**asked), GUIDE)
    assert (parsed.requested, parsed.limit, parsed.refusal) == (requested, limit, None)


def test_limit_of_today(ask):
    """Today's models write as much as they may."""
    parsed = read(ask(model="gpt-oss-120b"), TODAY)
    assert (parsed.requested, parsed.limit) == (None, 40960)
    parsed = read(ask(model="gpt-oss-120b", max_completion_tokens=50_000), TODAY)
    assert (parsed.requested, parsed.limit, parsed.refusal) == (50_000, 40960, None)


@pytest.mark.parametrize(
    ("endpoint", "form", "times"),
    [
        ("chat", {}, 1),
        ("chat", {"n": 3}, 3),
        ("completions", {"n": 2, "best_of": 5}, 5),
        ("completions", {"n": 2, "best_of": 1}, 2),
        ("completions", {"best_of": 2, "prompt": ["a", "b"]}, 4),
    ],
)
def test_reserved(ask, endpoint, form, times):
    """As many completions are reserved as will be made, each with the whole limit."""
    parsed = read(ask(endpoint, max_tokens=30, **form), SEVERAL)
    assert (parsed.refusal, parsed.limit) == (None, 30)
    assert parsed.reserved == parsed.prompt + 30 * times


@pytest.mark.parametrize(
    ("prompt", "asked", "limit"),
    [(8191, None, 1), (8192, None, 0), (8000, None, 192), (8000, 192, 192), (0, 8192, 8192)],
)
def test_room(ask, prompt, asked, limit):
    """A length that nobody asked for is what there is room for, and never a reason to refuse."""
    parsed = read(ask("completions", prompt=[1] * prompt, max_tokens=asked), GUIDE)
    assert (parsed.prompt, parsed.limit, parsed.refusal) == (prompt, limit, None)


@pytest.mark.parametrize(
    ("prompt", "asked", "length"),
    [
        *[(8193, None, 8193), (8193, -1, 8193), (8000, 193, 8193), (1, 8192, 8193)],
        (9000, 10, 9010),
        pytest.param(1, int("9" * 4300), 2**63, id="more digits than Python prints"),
    ],
)
def test_too_long(ask, prompt, asked, length):
    """Prompt plus asked length beyond the window is refused with the true figures."""
    refusal = read(ask("completions", prompt=[1] * prompt, max_tokens=asked), GUIDE).refusal
    assert refusal.problem == "context_length_exceeded"
    assert (refusal.facts["length"], refusal.facts["limit"]) == (length, 8192)


def test_subject(ask):
    """A rule sees the endpoint, the model, the form and the text."""
    view = view_of(ask(stream=True, messages=[HI]))
    assert (view.endpoint, view.model, view.stream, view.prompt) == (
        "chat",
        "llama3.1-8b",
        True,
        "hi",
    )
    view = view_of(ask("/v1/models/qwen-3-32b"))
    assert (view.endpoint, view.model, view.stream) == ("model", "qwen-3-32b", False)
    assert view_of(ask("/nowhere")).endpoint is None


@pytest.mark.parametrize(
    "body", [{"model": "gpt-4o"}, {"model": "gpt-4o", "store": True}, {"model": "gpt-4o", "n": "x"}]
)
def test_subject_of_refused(ask, body):
    """A request is seen by rules though it is refused, even for its form."""
    request = ask(messages=[HI], **body)
    parsed = read(request, GUIDE)
    assert parsed.refusal is not None
    view = parsed.view(request)
    assert (view.model, view.prompt) == ("gpt-4o", "hi")


def test_facts(ask):
    """Messages may name the model, and the figures when the model is known."""
    parsed = read(ask("completions", prompt=[1] * 40, max_tokens=2), GUIDE)
    assert parsed.facts(GUIDE) == {"model": "llama3.1-8b", "length": 42, "limit": 8192}
    assert read(ask(model="gpt-4o"), GUIDE).facts(GUIDE) == {"model": "gpt-4o"}


def test_body_is_kept(ask):
    """The body is kept as it was sent, in plain values."""
    request = ask(stop=["x"], tool_choice="auto", tools=[])
    assert read(request, GUIDE).body == json.loads(request.body)


def test_body_is_decoded(ask):
    """The body is decoded once; what can't be is left as it was sent."""
    plain = ask(model="gpt-oss-120b")
    packed = ask(
        raw=gzip.compress(plain.body, mtime=0),
        headers={**plain.headers, "content-encoding": "gzip"},
    )
    assert read(packed, GUIDE).data == plain.body
    assert read(plain, GUIDE).data is plain.body
    broken = ask(raw=b"{", headers={**plain.headers, "content-encoding": "gzip"})
    parsed = read(broken, GUIDE)
    assert (parsed.data, parsed.body) == (broken.body, {})
    assert parsed.refusal.facts == {"reason": "The request body is not valid gzip"}


def test_subject_of_packed(ask):
    """A rule sees what is in a packed body, even when the API refuses it."""
    plain = ask(messages=[HI], n="x")
    packed = replace(
        plain,
        body=gzip.compress(plain.body, mtime=0),
        headers={**plain.headers, "content-encoding": "gzip"},
    )
    assert view_of(packed).prompt == "hi"


def test_known(ask):
    """The same request is read once, whatever is beside the point in its head."""
    parser = RequestParser(GUIDE)
    one = parser.read(ask())
    assert parser.read(ask(headers={**ask().headers, "x-stainless-retry-count": "1"})) is one
    assert parser.read(ask(user="x")) is not one


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/v1/completions"},
        {"method": "GET"},
        {"body": b"{}"},
        {"headers": {}},
        {"headers": {"authorization": "Bearer csk-other"}},
    ],
)
def test_not_known(ask, change):
    """What differs in anything that matters is read for itself."""
    parser, request = RequestParser(GUIDE), ask()
    one, other = parser.read(request), parser.read(replace(request, **change))
    assert one is not other
    assert parser.read(request) is one


def test_refused_is_not_known(ask):
    """What is refused is read anew, so that its refusal is its own."""
    parser = RequestParser(GUIDE)
    one, other = (parser.read(ask(model="gpt-4o")).refusal for _ in range(2))
    assert one is not other
    assert one.problem == other.problem


def test_forgotten(ask):
    """Only so many requests are remembered, the latest ones."""
    parser = RequestParser(GUIDE)
    first = parser.read(ask(user="0"))
    for number in range(1, 257):
        last = parser.read(ask(user=str(number)))
    assert parser.read(ask(user="256")) is last
    assert parser.read(ask(user="0")) is not first


def test_long_is_not_known(ask):
    """A very long body is not remembered."""
    parser, request = RequestParser(GUIDE), ask(user="x" * 70_000)
    assert parser.read(request) is not parser.read(request)


@pytest.fixture
def circles():
    """Return what tells how much of a kind only the collector of circles can free."""

    def found(of):
        gc.collect()
        return [one for one in gc.garbage if isinstance(one, of)]

    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield found
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


REFUSED = {
    "no JSON": ({}, b"{"),
    "wrong types": ({}, b'{"model": 3}'),
    "very many errors": ({}, b'{"messages": [' + b"0," * 40_000 + b"0]}"),
    "large": ({}, b'{"messages": "' + b"x" * 70_000 + b'"}'),
    "unknown fields": ({}, json.dumps({f"k{at}": 0 for at in range(9_000)}).encode()),
    "no gzip": ({"content-encoding": "gzip"}, b"{}"),
    "no msgpack": ({"content-type": "application/msgpack"}, b"\xc1"),
    "unknown type": ({"content-type": "text/plain"}, b"{}"),
    "unknown model": ({}, json.dumps({"model": "x", "messages": [HI]}).encode()),
    "orphan": (
        {},
        (
            b'{"model": "llama3.1-8b", "messages": [{"role": "tool", "content": "", '
            b'"tool_call_id": "a"}]}'
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_body_is_let_go(circles, key, case):
    """Nothing that was refused is part of a circle, which would keep its body in memory."""
    fields, body = REFUSED[case]
    headers = {"authorization": f"Bearer {key}", **fields}
    assert problem(Request("POST", "/v1/chat/completions", headers, body)) is not None
    assert not circles((ParsedRequest, FrameType))


@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches"])
def test_a_refused_file_is_let_go(circles, key, path):
    """The same is true of forms and batches."""
    headers = {"authorization": f"Bearer {key}", "content-type": "multipart/form-data; boundary=a"}
    assert problem(Request("POST", path, headers, b"x")) is not None
    assert not circles((ParsedRequest, FrameType))


def test_shown_of_what_cannot_be_read():
    """Of a very large body that can't be read the beginning is kept, of others all."""
    parser, limit = RequestParser(GUIDE), 1024 * 1024
    headers = {"authorization": "Bearer csk-a", "content-type": "application/json"}
    for body, kept in ((b"{" * 2 * limit, limit), (b"{" * 5, 5)):
        found = parser.read(Request("POST", "/v1/chat/completions", headers, body))
        assert (found.refusal is not None, found.shown) == (True, body[:kept])
    said = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "a" * 2 * limit}]}
    whole = json.dumps(said).encode()
    assert parser.read(Request("POST", "/v1/chat/completions", headers, whole)).shown == whole
