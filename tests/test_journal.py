import math
from dataclasses import replace

import pytest

from mockserver import attempts
from mockserver.api.reply import Reply
from mockserver.errors import DroppedError
from mockserver.faults import Cut, Error, ErrorEvent, NoFinish, Truncate
from mockserver.journal import Call, Exchange, Journal, Retention
from mockserver.messages import Request
from mockserver.plan import Close, Data, End, Head, Wait
from mockserver.scenario import Match, Rule, Schedule, State

SECRET = "csk-topsecret0123456789abcdef"
OK = (Head(200), Data(b'{"finish_reason":"stop"}', 3), End())
BUSY = (Head(503), Data(b'{"message":"Busy.","code":"service_unavailable"}'), End())
EVENTS = Head(200, (("content-type", "text/event-stream"),))
BROKEN = (
    EVENTS,
    Data(b'data: {"choices":[]}\n\n', 3),
    Data(b'data: {"status_code":500,"error":{"message":"Sorry.","code":""}}\n\n'),
    End(),
)
LOST = (Head(200), Data(b"x", 2), Close())


def exchange(plan=OK, **changes):
    request = Request("POST", "/v1/chat/completions", changes.pop("headers", {}), b"{}")
    fields = {"number": 1, "at": 0.0, "request": request, "endpoint": "chat", "model": "m"}
    return Exchange(**(fields | {"stream": False, "compact": plan} | changes))


@pytest.mark.parametrize(
    ("plan", "status", "refused", "interrupted", "failed"),
    [
        (OK, 200, False, False, False),
        (BUSY, 503, True, False, True),
        (LOST, 200, False, True, True),
        (BROKEN, 200, False, False, True),
        ((EVENTS, Data(b'data: {"finish_reason":"stop"}'), End()), 200, False, False, False),
        ((EVENTS, Data(b'data: {"choices":[]}'), End()), 200, False, False, True),
        ((EVENTS, End()), 200, False, False, True),
        ((replace(EVENTS, bodiless=True), End()), 200, False, False, False),
        ((Close(reset=True),), None, True, True, True),
        ((), None, True, True, True),
        ((Wait(math.inf),), None, True, False, True),
    ],
)
def test_fate(plan, status, refused, interrupted, failed):
    """An exchange knows whether it was refused, interrupted, or failed in any way."""
    found = exchange(plan)
    assert (found.status, found.refused) == (status, refused)
    assert (found.interrupted, found.failed) == (interrupted, failed)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *[("3", 3.0), ("1.5", 1.5), ("0", 0.0), ("", None), ("soon", None), ("nan", None)],
        *[("-5", None), ("²", None), ("1.5.2", None), ("1 2 3 4 5 6 7", None)],
        ("Thu, 01 Jan 1970 00:01:30 GMT", 59.1),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:01:30", 59.1),
    ],
)
def test_retry_after(value, seconds):
    """Retry-After is read when it is a number of seconds or a date."""
    plan = (Head(429, (("retry-after", value),)), End())
    assert exchange(plan, at=30.9).retry_after == seconds


@pytest.mark.parametrize(("value", "seconds"), [("300", 0.3), ("0", 0.0), ("soon", 2.0)])
def test_retry_after_ms(value, seconds):
    """The SDKs' own field wins, unless it makes no sense."""
    plan = (Head(429, (("retry-after", "2"), ("retry-after-ms", value))), End())
    assert exchange(plan).retry_after == seconds


def test_stalled():
    """An answer without an end has stalled, and says no finish reason that nobody has seen."""
    found = exchange((Head(200), Data(b'{"finish_reason":"stop"}', 3), Wait(math.inf)))
    assert (found.stalled, exchange().stalled) == (True, False)
    assert found.outcome == "200, 3 tokens, stalled"


def test_no_retry_after():
    """Without the header, or a head at all, there is nothing to wait for."""
    assert exchange(OK).retry_after is None
    assert exchange((Close(),)).retry_after is None


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (OK, {}),
        (BUSY, {"message": "Busy.", "code": "service_unavailable"}),
        (BROKEN, {"message": "Sorry.", "code": ""}),
        ((EVENTS, Data(b'data: {"status_code":500}'), End()), {}),
        ((EVENTS, Data(b'data: {"status_code":500,'), End()), {}),
        ((Head(502), Data(b"<html>"), End()), {}),
        ((Head(500), Data(b"[1]"), End()), {}),
        ((Head(404), Data(b""), End()), {}),
        ((Close(),), {}),
        ((Head(400), Data(b'{"a"'), Data(b":1}"), End()), {"a": 1}),
    ],
)
def test_error(plan, error):
    """The error body is there when it is a JSON object."""
    assert exchange(plan).error == error


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        *[(b'{"a":1}', {"a": 1}), (b"[1]", {}), (b"{", {}), (b"", {}), (b"\xff", {})],
        pytest.param(b"[" * 100_000, {}, id="too deep"),
    ],
)
def test_body(sent, body):
    """What the app sent is there when it is a JSON object."""
    assert exchange(request=Request("POST", "/", {}, sent)).body == body


@pytest.mark.parametrize(
    ("rule", "stream", "outcome"),
    [
        ({"reply": Reply(text="one two")}, False, "200, 2 tokens, stop"),
        ({"reply": Reply(tokens=900)}, True, "200, 512 tokens, length"),
        ({"faults": (Truncate(3),)}, True, "200, 3 tokens, length"),
        ({"faults": (Cut(4),)}, True, "200, 4 tokens, connection lost"),
        (
            {"reply": Reply(tokens=9), "faults": (NoFinish(),)},
            True,
            "200, 9 tokens, no finish_reason",
        ),
        (
            {"faults": (ErrorEvent(after_tokens=2, form="string", event="error", done=True),)},
            True,
            "200, Encountered a server error, please try again., 2 tokens",
        ),
        (
            {"faults": (Error(problem="queue_exceeded", retry_after=7.0),)},
            False,
            "429, queue_exceeded, Retry-After 7",
        ),
        (
            {"faults": (Error(status=500),)},
            False,
            "500, Injected by the scenario.",
        ),
        ({"faults": (Error(problem="unknown_path"),)}, False, "404"),
    ],
)
def test_outcome(ask, play, rule, stream, outcome):
    """The outcome says in a few words what the client got."""
    assert play(ask(stream=stream), **rule).outcome == outcome


def test_outcome_without_answer():
    """No answer, and a client that left, are outcomes too."""
    assert exchange((Close(),)).outcome == "no answer, connection lost"
    assert (
        exchange((Wait(math.inf),), client_left=True).outcome == "no answer, stalled, client left"
    )


def test_finish_reason_of_text():
    """A finish reason that stands in the text is no finish."""
    said = b'{"content":"\\"finish_reason\\":\\"never\\""}'
    assert exchange((Head(200), Data(said, 1), End())).finish_reason is None


def test_finish_reason_in_pieces():
    """A finish reason of which the client got a part only is none."""
    assert exchange((Head(200), Data(b'{"finish_reason":"st', 1), Close())).finish_reason is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "#1 POST /v1/chat/completions m -> 200, 3 tokens, stop"),
        (
            {"stream": True, "plan": BUSY, "rule": "outage", "number": 12},
            "#12 POST /v1/chat/completions m stream -> 503, service_unavailable [outage]",
        ),
        (
            {"model": "", "plan": BUSY},
            "#1 POST /v1/chat/completions -> 503, service_unavailable",
        ),
    ],
)
def test_line(changes, line):
    """A line says who asked for what, and got what by which rule."""
    assert exchange(**changes).line() == line


def test_line_is_one_line():
    """What a client sends can't break a line."""
    assert exchange(model="a\r\nb").line().startswith("#1 POST /v1/chat/completions a\\r\\nb")


def add(journal, found):
    call = journal.call_of(found.request)
    journal.add(found, call)
    return call


def grouped(*tried):
    """Return the numbers of attempts of each call; an attempt is a plan and a retry count."""
    journal, calls = Journal(), []
    for plan, count in tried:
        headers = {} if count is None else {"x-stainless-retry-count": str(count)}
        calls.append(add(journal, exchange(plan, headers=headers)))
    return [call.attempts for call in dict.fromkeys(calls)]


@pytest.mark.parametrize(
    ("tried", "calls"),
    [
        ([], []),
        ([(OK, 0)], [1]),
        ([(BUSY, 0), (BUSY, 1), (OK, 2)], [3]),
        ([(BUSY, None), (LOST, None), (OK, None)], [3]),
        ([(BUSY, 0), (BUSY, 0), (OK, 1)], [1, 2]),
        ([(OK, 0), (OK, 0)], [1, 1]),
        ([(OK, None), (OK, None)], [1, 1]),
        ([(BUSY, 0), (OK, 1), (BUSY, 0), (OK, 1)], [2, 2]),
        ([(LOST, 0), (OK, 1)], [2]),
        ([((Close(),), 0), (BUSY, 1)], [2]),
        ([(OK, 0), (OK, 1), (OK, 2)], [3]),
        ([(OK, 0), (OK, 0), (OK, 1)], [1, 2]),
        ([(OK, 1)], [1]),
    ],
)
def test_calls(tried, calls):
    """
    Repetitions of what failed are one call, but for first tries while it is running.

    Who says that it tries again does so, though the answer was good: it came too late.
    """
    assert grouped(*tried) == calls


def test_first_tries_of_what_is_over():
    """An app that itself repeats what has failed makes one call, though its client starts anew."""
    journal, first_try = Journal(), {"x-stainless-retry-count": "0"}
    first, second, third = (
        add(journal, exchange(BUSY, headers=first_try, finished=finished))
        for finished in (1.0, None, 3.0)
    )
    assert first is second
    assert (first.attempts, third.attempts) == (2, 1)


def of(path, body):
    return Request("POST", f"/v1/{path}", {}, body)


def test_calls_side_by_side():
    """Attempts of different requests are told apart by their bodies and paths."""
    journal, long = Journal(), b"a" * 5000
    asked = [("chat/completions", body) for body in (b"a", b"b", long + b"a", long + b"b")]
    first = [add(journal, exchange(BUSY, request=of(*one))) for one in asked]
    again = [add(journal, exchange(request=of(*one))) for one in asked]
    assert [call.attempts for call in again] == [2, 2, 2, 2]
    assert again == first
    assert add(journal, exchange(BUSY, request=of("completions", b"a"))) not in first


def test_waits():
    """A client's wait lasts from the end of an attempt to the next one."""
    call = Call([exchange(at=10.0, finished=10.5), exchange(at=12.0), exchange(at=15.0)])
    assert call.waits == (1.5, 3.0)
    assert call.last.at == 15.0
    assert Call([exchange()]).waits == ()
    epoch = [exchange(at=-1.0, finished=0.0), exchange(at=2.0)]
    assert Call(epoch).waits == (2.0,)


def test_waits_through_the_engine(ask, engine, now):
    """Attempts that the engine answers are one call with its waits."""
    run = engine(Rule(schedule=Schedule(first=2), faults=(Error(status=503),)))
    for late in (0.0, 1.0, 3.0):
        run.finish(run.handle(ask(), now=now + late), now=now + late)
    (call,) = attempts.grouped(run.journal)
    assert (call.attempts, call.waits, call.last.status) == (3, (1.0, 2.0), 200)


def test_attempts_through_the_engine(ask, engine, now):
    """An exchange knows the number of its attempt."""
    run = engine(Rule(schedule=Schedule(first=2), faults=(Error(status=503),)))
    asked = [ask(), ask(), ask(seed=1), ask(), ask()]
    found = [run.handle(request, now=now).attempt for request in asked]
    assert found == [1, 2, 1, 3, 1]


def test_retries_of_a_call_meet_the_same(ask, engine, now):
    """A rule that counts calls breaks one for good, however often its client tries again."""
    rule = Rule(schedule=Schedule(every=2), faults=(Error(status=503),), count_by="call")
    run = engine(rule)
    asked = [ask(seed=1), ask(seed=2), ask(seed=2), ask(seed=3), ask(seed=2)]
    found = [run.handle(request, now=now) for request in asked]
    assert [exchange.status for exchange in found] == [200, 503, 503, 200, 503]
    assert [exchange.attempt for exchange in found] == [1, 1, 2, 1, 3]


def test_near_misses(ask, engine, now):
    """An exchange that no rule took knows why, the nearest first; one that was taken has none."""
    run = engine(
        Rule("other", Match(model="qwen*")),
        Rule(schedule=Schedule(first=1)),
        Rule("later", state=State(requires="down")),
    )
    assert run.handle(ask(), now=now).near_misses == ()
    assert [str(miss) for miss in run.handle(ask(), now=now).near_misses] == [
        "rules[1]: it was its request 2, and the schedule says first: 1",
        "rule 'later': the state is 'start', not 'down'",
        "rule 'other': the model is 'llama3.1-8b', not 'qwen*'",
    ]


def test_near_misses_tell_no_key(engine, now):
    """A key is told by no near miss, neither the client's nor the scenario's."""
    rules = Rule(match=Match(key="csk-other*")), Rule(match=Match(headers={"Authorization": "x"}))
    request = Request("GET", "/v1/models", {"authorization": f"Bearer {SECRET}"})
    exchange = engine(*rules).handle(request, now=now)
    assert [miss.why for miss in exchange.near_misses] == [
        "the key is another one",
        "the header 'authorization' is another one",
    ]
    assert "csk-other" not in repr(exchange)
    assert SECRET not in repr(exchange)


def test_warmups():
    """Warm-ups are kept apart from what the app asked for."""
    journal = Journal()
    warm = exchange(endpoint="warming")
    add(journal, warm)
    assert (journal.warmups, list(journal), journal.count) == ([warm], [], 0)


def test_only_the_last_are_kept():
    """A journal counts all exchanges, keeps the last, and never passes them off as all."""
    journal = Journal(retention=Retention(2))
    for at in (5.0, 6.0, 7.0):
        add(journal, exchange(at=at))
    assert [one.at for one in journal.exchanges] == [6.0, 7.0]
    assert (journal.count, journal.dropped, journal.begun) == (3, 1, 5.0)
    with pytest.raises(DroppedError, match="all 3 requests, and the journal keeps the last 2"):
        list(journal)


def test_warmups_are_bounded():
    """Of warm-ups the last are kept, too."""
    journal = Journal(retention=Retention(2))
    for at in (5.0, 6.0, 7.0):
        add(journal, exchange(at=at, endpoint="warming"))
    assert [one.at for one in journal.warmups] == [6.0, 7.0]


def test_attempts_are_counted_beyond_what_is_kept():
    """A call that goes on counts all its attempts; one of which nothing is kept is forgotten."""
    journal = Journal(retention=Retention(2))
    other = {"request": of("completions", b"{}")}
    assert [add(journal, exchange(BUSY)).attempts for _ in range(4)] == [1, 2, 3, 4]
    assert add(journal, exchange(**other)).attempts == 1
    assert add(journal, exchange(BUSY)).attempts == 5
    for _ in range(2):
        add(journal, exchange(**other))
    assert add(journal, exchange(BUSY)).attempts == 1


def test_nothing_grows():
    """Whatever comes, what a journal holds of it is bounded."""
    journal = Journal(retention=Retention(10))
    for number in range(200):
        plan = (OK, BUSY, LOST)[number % 3]
        add(journal, exchange(plan, request=of("chat/completions", b"%d" % (number // 4))))
        add(journal, exchange(plan, request=of(f"{number}", b"")))
    held = (journal._kept, journal._latest, journal._failed)
    assert all(len(one) <= 10 for one in held)
    assert sum(map(len, journal._failed.values())) <= 10


@pytest.mark.parametrize("plan", [OK, BUSY, LOST, BROKEN, (Wait(math.inf),)])
@pytest.mark.parametrize("most", [0, 5, 60])
def test_shortened(plan, most):
    """What is told of an exchange stays the same when its bodies are cut."""
    body = b'{"model": "m", "messages": []}'
    whole, short = (exchange(plan, request=of("chat/completions", body)) for _ in range(2))
    short.shorten(most)
    told = ("status", "completion_tokens", "finish_reason", "failed", "unfinished", "broken_off")
    told = (*told, "interrupted", "stalled", "refused", "retry_after", "asked", "near_misses")
    assert [getattr(short, name) for name in told] == [getattr(whole, name) for name in told]
    assert short.line().startswith(whole.line().partition(" -> ")[0])
    assert len(short.request.body) <= most + len("[... 30 bytes left out]")
