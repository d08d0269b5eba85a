import pytest

from mockserver.core.errors import DroppedError
from mockserver.core.messages import Request
from mockserver.faults import Error
from mockserver.journal import Call, Exchange, Journal, Retention, grouping
from mockserver.plan import Close, Data, End, Head
from mockserver.scenario import Rule, Schedule

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
    return Exchange(**(fields | {"stream": False, "plan": plan} | changes))


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
    (call,) = grouping.grouped(run.journal)
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
    with pytest.raises(DroppedError, match="all 3 requests, but the journal keeps the last 2"):
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


def test_own():
    """What comes from elsewhere is kept, and can be left out: as if it had never come."""
    journal = Journal(scale=0.5, retention=Retention(3))
    add(journal, exchange(at=4.0, from_elsewhere="from a thread"))
    add(journal, exchange(at=5.0, endpoint="warming"))
    own = journal.own()
    assert (list(own), own.count, own.begun) == ([], 0, journal.begun)
    add(journal, exchange(at=6.0, number=2))
    own = journal.own()
    assert [one.number for one in own] == [2]
    assert (own.count, own.begun, own.scale, own.dropped) == (1, 6.0, 0.5, 0)
    assert own.warmups == journal.warmups
    add(journal, exchange(at=7.0, from_elsewhere="from a thread"))
    add(journal, exchange(at=8.0, number=4))
    own = journal.own()
    assert (own.count, own.dropped, own.begun) == (3, 1, 4.0)
    assert len(journal.exchanges) == 3


def test_own_is_all():
    """Where nothing comes from elsewhere, it is the journal itself."""
    journal = Journal()
    add(journal, exchange())
    assert journal.own() is journal


@pytest.mark.parametrize(("plan", "count"), [(BUSY, None), (OK, 1)])
def test_parts(plan, count):
    """What is asked in another part of a test is a new call, as it comes in and at the end."""
    headers = {} if count is None else {"x-stainless-retry-count": str(count)}
    journal = Journal()
    same = [exchange(plan, number=number, headers=headers) for number in (1, 2)]
    first = add(journal, same[0])
    journal.begin_part()
    second = add(journal, same[1])
    assert (first.attempts, second.attempts) == (1, 1)
    assert [exchange.part for exchange in journal] == [0, 1]
    assert same[0].asked != same[1].asked
