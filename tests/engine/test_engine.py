import json

import pytest

from mockserver.api.model import tokens
from mockserver.api.model.script import Script
from mockserver.core.errors import DocumentError, UnknownNameError
from mockserver.engine import Engine
from mockserver.faults import Cut, Error, Latency, Pace, Truncate
from mockserver.plan import Data, End, Head, Wait, duration_of, expand, tokens_of
from mockserver.scenario import Match, Prompt, Rule, Scenario, Schedule, Spent, Window

FORMS = [
    {"endpoint": endpoint, "model": model, "stream": stream}
    for endpoint in ("chat", "completions")
    for model in ("llama3.1-8b", "gpt-oss-120b")
    for stream in (True, False)
]
each_form = pytest.mark.parametrize(
    "form", FORMS, ids=lambda form: " ".join(str(value) for value in form.values())
)
both = pytest.mark.parametrize("stream", [True, False])
OUTAGE = Error(problem="service_unavailable")


@each_form
def test_honest_answer(ask, play, objects, text, form):
    """An answer is a head, data and an end; its text, usage and tokens agree."""
    exchange = play(ask(**form))
    head, *data, end = expand(exchange.plan)
    assert (head.status, end) == (200, End())
    assert all(isinstance(step, Data) for step in data)
    last = objects(exchange.plan)[-1]
    usage = last["usage"]
    assert usage["prompt_tokens"] == exchange.prompt_tokens
    assert (
        usage["completion_tokens"] == tokens_of(exchange.plan) == tokens.count(text(exchange.plan))
    )
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert (last["model"], last["created"]) == (form["model"], int(exchange.at))
    assert head.header("inference-id") == last["id"]


@each_form
@pytest.mark.parametrize("limit", [0, 1, 5, 39])
def test_usage_after_truncate(ask, play, objects, form, limit):
    """A truncated answer counts what it says."""
    plan = expand(play(ask(**form), reply=Script(tokens=40), faults=(Truncate(limit),)).plan)
    usage = objects(plan)[-1]["usage"]
    assert usage["completion_tokens"] == tokens_of(plan) == limit
    assert usage["total_tokens"] == usage["prompt_tokens"] + limit


@pytest.mark.parametrize(
    ("stream", "kind"), [(True, "text/event-stream; charset=utf-8"), (False, "application/json")]
)
def test_framing(ask, play, stream, kind):
    """Completions are chunked, everything else is framed by its length."""
    head = play(ask(stream=stream)).plan[0]
    assert (head.header("content-type"), head.header("content-length")) == (kind, None)
    head, data, _ = expand(play(ask("models")).plan)
    assert head.header("content-length") == str(len(data.data))
    assert head.header("inference-id") is None
    assert head.header("x-ratelimit-limit-requests-minute") is None


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("/v1/models/gpt-oss-120b", {"id": "gpt-oss-120b", "object": "model", "created": 0}),
        ("/public/v1/models/gpt-oss-120b", {"name": "GPT OSS 120B", "deprecated": False}),
        ("models", {"object": "list"}),
        ("public_models", {"object": "list"}),
    ],
)
def test_catalogue(ask, play, objects, endpoint, said):
    """The catalogue's endpoints answer from the edition."""
    exchange = play(ask(endpoint))
    (body,) = objects(exchange.plan)
    assert exchange.status == 200
    assert said.items() <= body.items()


@both
def test_default_of_512(ask, play, objects, stream):
    """Who asks for no length gets 512 tokens of a longer answer, and is told so."""
    plan = expand(play(ask(stream=stream), reply=Script(tokens=900)).plan)
    last = objects(plan)[-1]
    assert tokens_of(plan) == last["usage"]["completion_tokens"] == 512
    assert last["choices"][0]["finish_reason"] == "length"


@both
@pytest.mark.parametrize(
    ("asked", "length", "finish"),
    [
        ({"max_tokens": 900}, 900, "stop"),
        ({"max_completion_tokens": 899}, 899, "length"),
        ({"max_tokens": 10}, 10, "length"),
        ({"max_tokens": 0}, 0, "length"),
        ({"max_tokens": -1}, 512, "length"),
        ({"model": "gpt-oss-120b"}, 900, "stop"),
    ],
)
def test_asked_length(ask, play, objects, stream, asked, length, finish):  # noqa: PLR0913, PLR0917 (a table)
    """An explicit length wins over the default of 512, -1 does not ask for any."""
    plan = expand(play(ask(stream=stream, **asked), reply=Script(tokens=900)).plan)
    last = objects(plan)[-1]
    assert (tokens_of(plan), last["choices"][0]["finish_reason"]) == (length, finish)


ERRORS = [
    (
        {"headers": {}},
        "guide",
        401,
        '"Wrong API Key","type":"invalid_request_error","param":"api_key"',
    ),
    ({"headers": {"authorization": "Bearer sk-1"}}, "guide", 401, '"code":"wrong_api_key"}'),
    ({"headers": {"authorization": "csk-1"}}, "guide", 401, '"code":"wrong_api_key"}'),
    ({"headers": {}}, "2026-11", 403, '{"detail":"Not authenticated"}'),
    (
        {"headers": {"authorization": "Basic x"}},
        "2026-11",
        403,
        '{"detail":"Invalid authentication credentials"}',
    ),
    *(
        (
            {"model": model},
            "guide",
            404,
            (
                f'{{"message":"Model {model} does not exist or you do not have access to it.",'
                '"type":"not_found_error","param":"model","code":"model_not_found"}'
            ),
        )
        for model in ("gpt-4o", "claude-3-5-sonnet", "llama-3")
    ),
    (
        {"max_tokens": 9000, "messages": [{"role": "user", "content": ""}]},
        "guide",
        400,
        "Current length is 9030 while limit is 8192",
    ),
    ({"store": True}, "guide", 400, "store: property 'store' is unsupported"),
    ({"n": 2}, "guide", 400, r"\"n\" > 1 is not currently supported"),
    ({"raw": b""}, "guide", 400, ": Invalid JSON: "),
    ({"method": "GET"}, "guide", 405, '{"detail":"Method Not Allowed"}'),
    ({"endpoint": "/v1/chat/completions/"}, "guide", 404, ""),
    ({"endpoint": "/v1/nothing"}, "guide", 404, ""),
    ({"endpoint": "/v1/models/gpt-4o"}, "guide", 404, "Model gpt-4o does not exist"),
]


@pytest.mark.parametrize(("request_keys", "edition", "status", "said"), ERRORS)
def test_errors(ask, play, request_keys, edition, status, said):
    """What the API refuses is refused with its status, its text and the right framing."""
    head, data, end = expand(
        play(ask(**({"model": "llama3.1-8b"} | request_keys)), scenario={"edition": edition}).plan
    )
    assert (head.status, end) == (status, End())
    assert said in data.data.decode()
    assert bool(data.data) is bool(said)
    assert head.header("content-length") == str(len(data.data))


def test_allowed_method(ask, play):
    """A wrong method is told the right one."""
    assert play(ask("models", method="POST")).plan[0].header("allow") == "GET, HEAD"


def test_first_fitting_rule(ask, engine, now):
    """The first rule that matches and whose schedule agrees answers; without one the API does."""
    run = engine(
        Rule("no", Match(model="qwen*"), faults=(Error(status=500),)),
        Rule("once", schedule=Schedule(first=1), faults=(Error(status=501),)),
        Rule("weather", Match(prompt=Prompt(contains="weather")), faults=(Error(status=502),)),
    )
    weather = ask(messages=[{"role": "user", "content": "the weather?"}])
    exchanges = [run.handle(request, now=now) for request in (weather, weather, ask())]
    assert [(exchange.status, exchange.rule) for exchange in exchanges] == [
        *((501, "once"), (502, "weather")),
        (200, ""),
    ]


def test_rules_count_what_they_are_asked(ask, engine, now):
    """A schedule counts the requests that reach its rule, not those that others took."""
    run = engine(
        Rule("stream", Match(stream=True), faults=(Error(status=500),)),
        Rule("third", schedule=Schedule(every=3), faults=(Error(status=501),)),
    )
    asked = [False, True, False, True, False, False]
    statuses = [run.handle(ask(stream=stream), now=now).status for stream in asked]
    assert statuses == [200, 500, 200, 500, 501, 200]


def test_window_counts_from_the_start(ask, engine, now):
    """A window opens so long after the scenario's start."""
    window = Window(after=10.0, lasting=5.0)
    run = engine(Rule(schedule=Schedule(window=window), faults=(Error(status=500),)))
    statuses = [run.handle(ask(), now=now + late).status for late in (0, 9.9, 10, 14.9, 15)]
    assert statuses == [200, 200, 500, 500, 200]


def test_faults_are_folded(ask, play):
    """Faults act one after the other, in their order."""
    plan = expand(play(ask(), faults=(Latency(1.0), Latency(2.0))).plan)
    assert plan[:2] == (Wait(2.0), Wait(1.0))
    plan = expand(play(ask(), faults=(Latency(1.0), Error(status=500))).plan)
    assert isinstance(plan[0], Head)


@pytest.mark.parametrize(("model", "speed"), [("llama3.1-8b", 2000), ("qwen-3-32b", 700)])
def test_faults_know_the_speed(ask, play, model, speed):
    """The pace of a model is the edition's."""
    pace = (Pace(tokens_per_second="model"),)
    plan = expand(play(ask(model=model), reply=Script(tokens=71), faults=pace).plan)
    assert duration_of(plan) == pytest.approx(70 / speed)
    assert duration_of(play(ask(model="gpt-4o"), faults=pace).plan) == 0


def test_faults_on_refusals(ask, play):
    """Faults act on refusals as on answers."""
    plan = expand(play(ask(model="gpt-4o"), faults=(Latency(1.0), Cut())).plan)
    assert (plan[0], plan[1].status) == (Wait(1.0), 404)


def test_warm_up(ask, engine, now):
    """The SDK's warm-up is answered, has no number, and leaves rules and numbers alone."""
    run = engine(Rule(schedule=Schedule(first=1), faults=(OUTAGE,)))
    warm = run.handle(ask("warming", headers={}), now=now)
    assert (warm.number, warm.status, warm.plan[1].data) == (0, 200, b"null")
    assert run.handle(ask(), now=now).number == 1
    assert run.journal.warmups == [warm]


def test_scripted_reply(ask, play, text):
    """A rule says what the model says."""
    assert text(play(ask(stream=True), reply=Script(text="Moin, Welt!")).plan) == "Moin, Welt!"


def test_narrow_context(ask, play):
    """A scenario may narrow the window of every model."""
    exchange = play(ask(model="gpt-oss-120b", max_tokens=90), scenario={"context": 100})
    assert (exchange.status, exchange.error["code"]) == (400, "context_length_exceeded")
    assert exchange.error["message"].endswith(f"{exchange.prompt_tokens + 90} while limit is 100")


@pytest.mark.parametrize("keys", [{"edition": "gide"}, {"tier": "gold"}])
def test_unknown_names(keys, now):
    """A scenario with an unknown edition or tier cannot be started."""
    with pytest.raises(UnknownNameError):
        Engine(Scenario("x", **keys), now=now)


def test_other_file(now):
    """Nor can one whose edition is a file of another kind."""
    with pytest.raises(DocumentError, match=r"should end in \.yaml or \.yml"):
        Engine(Scenario("x", edition="x.toml"), now=now)


def test_exchange(ask, engine, now, key):
    """An exchange notes who asked for what and got what, without the key."""
    run = engine(Rule("mine"), edition="guide")
    exchange = run.handle(ask(stream=True, max_tokens=9), now=now)
    assert (exchange.number, exchange.at, exchange.endpoint) == (1, now, "chat")
    assert (exchange.model, exchange.stream, exchange.rule) == ("llama3.1-8b", True, "mine")
    assert (exchange.requested_tokens, exchange.completion_tokens) == (9, 9)
    assert list(run.journal) == [exchange]
    assert key not in repr(exchange)
    assert json.loads(exchange.request.body)["max_tokens"] == 9


def remaining(exchange, kind="tokens", period="minute"):
    value = exchange.plan[0].header(f"x-ratelimit-remaining-{kind}-{period}")
    return None if value is None else int(value)


@pytest.mark.parametrize(("tier", "statuses"), [("free", {200, 429}), (None, {200})])
def test_enforced_with_a_tier_only(ask, engine, now, tier, statuses):
    """Limits are shown always and enforced when the scenario names a tier."""
    run = engine(tier=tier)
    exchanges = [run.handle(ask(max_tokens=1), now=now) for _ in range(40)]
    assert {exchange.status for exchange in exchanges} == statuses
    assert [remaining(one, "requests") for one in exchanges[:30]] == list(range(29, -1, -1))
    assert remaining(exchanges[39], "requests") == 0


def test_refused_by_a_limit(ask, engine, now):
    """A 429 says which limit and how long to wait, shows the limits, and costs nothing itself."""
    run = engine(tier="free-trial", edition="2026-11")
    request = ask(model="gpt-oss-120b", max_tokens=1)
    first = [run.handle(request, now=now).status for _ in range(6)]
    assert first == [200] * 5 + [429]
    refused = [run.handle(request, now=now) for _ in range(3)][-1]
    assert refused.error["code"] == "request_quota_exceeded"
    assert refused.error["message"].startswith("Requests per minute limit exceeded")
    assert refused.retry_after == 12.0
    assert refused.plan[0].header("x-ratelimit-limit-requests-minute") == "5"
    assert (remaining(refused, "requests"), refused.reserved_tokens) == (0, 0)
    assert run.handle(request, now=now + 11.9).status == 429
    assert run.handle(request, now=now + 12.0).status == 200


def test_tokens_are_reserved(ask, engine, now):
    """While an answer is under way its longest length is taken; what was not used comes back."""
    run = engine(tier="free")
    request = ask("completions", prompt=[1] * 60, max_tokens=8000, model="llama3.1-8b")
    running = [run.handle(request, now=now) for _ in range(7)]
    assert {exchange.reserved_tokens for exchange in running} == {8060}
    refused = run.handle(request, now=now)
    assert (refused.status, refused.error["code"]) == (429, "token_quota_exceeded")
    run.finish(running[0], now=now)
    assert run.handle(request, now=now).status == 200


@pytest.mark.parametrize("stream", [True, False])
def test_shown_tokens_are_true(ask, engine, now, stream):
    """What an answer shows as left is what was there less what was used, or is still reserved."""
    run = engine()
    left = 60_000
    for at in range(6):
        exchange = run.handle(ask(stream=stream, seed=at), now=now)
        pending = 512 - exchange.completion_tokens if stream else 0
        left -= exchange.prompt_tokens + exchange.completion_tokens
        assert remaining(exchange) == left - pending
        run.finish(exchange, now=now)


def test_shown_tokens_of_large_reservations(ask, engine, now):
    """Used tokens are missing afterwards, though the reservation is larger than the bucket."""
    run = engine(edition="2026-11")
    exchange = run.handle(ask(model="gpt-oss-120b"), now=now)
    run.finish(exchange, now=now)
    used = exchange.prompt_tokens + exchange.completion_tokens
    assert remaining(run.handle(ask(model="gpt-oss-120b", max_tokens=0), now=now)) < 30_000 - used


def test_failed_answers_cost_nothing(ask, engine, now):
    """An answer that became an error is not charged; one that was cut costs what arrived."""
    run = engine(
        Rule(schedule=Schedule(first=1), faults=(OUTAGE,)),
        Rule(schedule=Schedule(first=1), reply=Script(tokens=50), faults=(Cut(5),)),
    )
    for _ in range(2):
        run.finish(run.handle(ask(stream=True), now=now), now=now)
    last = run.handle(ask(max_tokens=0), now=now)
    assert remaining(last) == 60_000 - 2 * last.prompt_tokens - 5


def test_accounts(ask, engine, now):
    """Each key has limits of its own for each model."""
    run = engine(tier="free")
    for _ in range(30):
        run.handle(ask(max_tokens=1), now=now)
    assert run.handle(ask(max_tokens=1), now=now).status == 429
    assert run.handle(ask(max_tokens=1, model="qwen-3-32b"), now=now).status == 200
    other = {"authorization": "Bearer csk-another"}
    assert run.handle(ask(max_tokens=1, headers=other), now=now).status == 200


def test_odd_key(ask, play):
    """A key that is no UTF-8 is a key like others."""
    fields = {"authorization": "Bearer csk-\udcff"}
    assert play(ask(headers=fields)).status == 200


def test_spent(ask, engine, now):
    """What others have spent is missing from the start, in each account."""
    run = engine(spent=Spent(requests=10, tokens=1000))
    exchange = run.handle(ask(max_tokens=0), now=now)
    assert remaining(exchange, "requests") == 19
    assert remaining(exchange) == 59_000 - exchange.prompt_tokens


def test_finish(ask, engine, now):
    """The end of an answer is noted, and whether the client waited for it."""
    run = engine()
    exchange = run.handle(ask(), now=now)
    assert exchange.finished is None
    run.finish(exchange, now=now + 2, client_left=True)
    assert (exchange.finished, exchange.client_left) == (now + 2, True)
    free = run.handle(ask("models"), now=now)
    run.finish(free, now=now)
    assert (free.finished, free.reserved_tokens) == (now, 0)


def test_status_of_edition(engine, ask, now, tmp_path, objects):
    """An edition may refuse invalid bodies with a status and a prefix of its own."""
    path = tmp_path / "old.yaml"
    path.write_text('extends: guide\nvalidation: {status: 422, prefix: "body."}\n')
    running = engine(edition=str(path))
    found = running.handle(ask(store=True), now=now)
    assert found.status == 422
    (said,) = objects(found.plan)
    assert said["message"] == "body.store: property 'body.store' is unsupported"
    assert running.handle(ask(n=2), now=now).status == 400
