from random import Random

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Context, Cut
from mockserver.plan import Close, Data, End, Head, Raw, Wait, expand, tokens_of

TYPE = ("content-type", "text/event-stream")
LENGTH, CLOSE = ("content-length", "100"), ("connection", "close")
HEAD, END, FIN, RST = Head(200, (TYPE,)), End(), Close(), Close(reset=True)
JSON, SIZED = Head(200), Head(200, (LENGTH,))
ROLE, LAST, DONE = Data(b"data: role"), Data(b"data: last"), Data(b"data: done")
ONE, TWO, FIVE = Data(b"data: 1", 1), Data(b"data: 2", 1), Data(b"data: 0123", 5)
STREAM = (HEAD, ROLE, ONE, TWO, LAST, DONE, END)
DOCUMENT = (JSON, Data(b"x" * 100, 10), END)


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1)))


@pytest.mark.parametrize(
    ("fault", "plan", "cut"),
    [
        (Cut(), STREAM, (HEAD, FIN)),
        (Cut(after_tokens=0), STREAM, (HEAD, FIN)),
        (Cut(1), STREAM, (HEAD, ROLE, ONE, FIN)),
        (Cut(2), STREAM, STREAM),
        (Cut(9), STREAM, STREAM),
        (Cut(), DOCUMENT, (JSON, FIN)),
        (Cut(1), DOCUMENT, (JSON, Data(b"x" * 10, 1), FIN)),
        (Cut(9), DOCUMENT, (JSON, Data(b"x" * 90, 9), FIN)),
        (Cut(10), DOCUMENT, DOCUMENT),
        (Cut(3), (HEAD, ONE, FIVE, FIVE, END), (HEAD, ONE, FIVE, FIN)),
        (Cut(1), (HEAD, ONE, Wait(5), TWO, END), (HEAD, ONE, FIN)),
        (Cut(1), (Wait(5), HEAD, ONE, TWO, END), (Wait(5), HEAD, ONE, FIN)),
        (Cut(), (JSON, Data(b'{"error"}'), END), (JSON, FIN)),
        (Cut(1), (JSON, Data(b'{"error"}'), END), (JSON, Data(b'{"error"}'), END)),
        (Cut(), (), ()),
        (Cut(), (FIN,), (FIN,)),
        (Cut(after_bytes=0), (FIN,), (FIN,)),
        (Cut(after_bytes=0), STREAM, (HEAD, FIN)),
        (Cut(after_bytes=0), (JSON, END), (JSON, FIN)),
        (Cut(after_bytes=12), STREAM, (HEAD, ROLE, Data(b"da"), FIN)),
        (Cut(after_bytes=44), STREAM, STREAM),
        (Cut(after_bytes=43), STREAM, (*STREAM[:-2], Data(b"data: don"), FIN)),
        (Cut(after_bytes=35), DOCUMENT, (JSON, Data(b"x" * 35, 3), FIN)),
        (Cut(after_events=0), STREAM, (HEAD, FIN)),
        (Cut(after_events=1), STREAM, (HEAD, ROLE, FIN)),
        (Cut(after_events=4), STREAM, (*STREAM[:5], FIN)),
        (Cut(after_events=5), STREAM, STREAM),
        (Cut(after_events=0), DOCUMENT, (JSON, FIN)),
        (Cut(after_events=1), DOCUMENT, DOCUMENT),
    ],
)
def test_places(fault, plan, cut):
    """The connection is lost once so much has arrived; shorter answers arrive whole."""
    assert apply(fault, plan) == cut


BEFORE = (Data(b"data: role"), Data(b"data: 1", 1))
REST = b"data: 2data: lastdata: done"


@pytest.mark.parametrize(
    ("by", "cut"),
    [
        ("fin", (HEAD, *BEFORE, FIN)),
        ("rst", (HEAD, *BEFORE, RST)),
        ("eof", (Head(200, (TYPE, CLOSE), framed=False), *BEFORE, FIN)),
        (
            "content_length",
            (Head(200, (TYPE, ("content-length", "17"), CLOSE)), *BEFORE, Raw(REST), FIN),
        ),
    ],
)
def test_losses(by, cut):
    """There are four ways to lose it."""
    assert apply(Cut(1, by=by), STREAM) == cut


def test_losses_of_a_sized_document():
    """A length that was named is named no more, or is another one."""
    plan = (SIZED, Data(b"x" * 100, 10), END)
    half = Data(b"x" * 50, 5)
    assert apply(Cut(5), plan) == (SIZED, half, FIN)
    assert apply(Cut(5, by="eof"), plan) == (Head(200, (CLOSE,), framed=False), half, FIN)
    head, *rest = apply(Cut(5, by="content_length"), plan)
    assert (head.length, *rest) == (50, half, Raw(b"x" * 50), FIN)


CALL = Script(text="Größer.", tool_calls=(ScriptedCall("add", {"city": "Köln", "days": 3}),))


@pytest.mark.parametrize(
    ("inside", "end"),
    [("json", b'{"id":'), ("character", b"Gr\xc3"), ("tool_arguments", b'"city')],
)
def test_inside(ask, play, inside, end):
    """The cut moves on into the next place of the kind, and is no cut without one."""
    plan = expand(play(ask(stream=True, model="gpt-oss-120b"), reply=CALL).plan)
    cut = apply(Cut(inside=inside), plan)
    assert cut[-1] == FIN
    assert end in cut[-2].data
    assert apply(Cut(after_events=len(plan) - 3, inside=inside), plan) == plan


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("after", [1, 20, 40])
@pytest.mark.parametrize("model", ["llama3.1-8b", "gpt-oss-120b"])
def test_honest_answers(ask, play, stream, after, model):
    """Real answers, too, lose all that comes after the last token let through."""
    whole = expand(play(ask(stream=stream, seed=1, model=model), reply=Script(tokens=60)).plan)
    cut = apply(Cut(after), whole)
    most = max(step.tokens for step in whole if isinstance(step, Data)) if stream else 1
    assert after <= tokens_of(cut) < after + most
    assert cut[-1] == FIN
    bytes_of = [
        b"".join(step.data for step in plan if isinstance(step, Data)) for plan in (cut, whole)
    ]
    assert bytes_of[1].startswith(bytes_of[0])


@pytest.mark.parametrize("stream", [True, False])
def test_in_calls(ask, play, stream):
    """A connection can be lost after any token, in thoughts and calls as well."""
    said = Script(text="It rains.", reasoning="Let me see.", tool_calls=CALL.tool_calls)
    whole = expand(play(ask(model="llama3.1-8b", stream=stream), reply=said).plan)
    for limit in range(1, tokens_of(whole)):
        assert tokens_of(apply(Cut(limit), whole)) == limit


@pytest.mark.parametrize(
    ("places", "named"),
    [
        ({"after_tokens": 0, "after_bytes": 1}, "'after_tokens' and 'after_bytes'"),
        ({"after_bytes": 1, "after_events": 1}, "'after_bytes' and 'after_events'"),
    ],
)
def test_one_place(places, named):
    """Two places are one too many."""
    with pytest.raises(ValueError, match=f"has {named}; keep only one of them"):
        Cut(**places)
