from random import Random

import pytest

from mockserver.api.model import tokens
from mockserver.api.model.script import Script
from mockserver.faults import Context, Error, ErrorEvent
from mockserver.plan import Close, Data, End, Wait, expand, tokens_of

SIXTY = Script(tokens=60)
FORMS = [
    {"endpoint": endpoint, "model": model}
    for endpoint in ("chat", "completions")
    for model in ("llama3.1-8b", "gpt-oss-120b")
]
NESTED = (
    b'data: {"status_code":500,"error":{"message":"Encountered a server error, please try again.",'
    b'"type":"server_error","param":"","code":"","id":""}}\n\n'
)
FLAT = (
    b'"message":"Encountered a server error, please try again.","type":"server_error","param":"",'
    b'"code":""'
)
DONE = b"data: [DONE]\n\n"
every_form = pytest.mark.parametrize(
    "form", FORMS, ids=lambda form: " ".join(map(str, form.values()))
)


def apply(fault, plan):
    return fault.apply(plan, Context(Random(1), facts={"model": "m"}))


@every_form
@pytest.mark.parametrize("after", [0, 1, 7, 54])
def test_stream(ask, play, text, form, after):
    """A stream says so many tokens in whole events, then the error, and nothing else."""
    whole = expand(play(ask(**form, stream=True), reply=SIXTY).plan)
    plan = apply(ErrorEvent(after_tokens=after), whole)
    assert plan[-2:] == (Data(NESTED), End())
    assert plan[:-2] == whole[: len(plan) - 2]
    said = text(plan[:-2])
    assert said == "".join(tokens.pieces(text(whole))[: tokens_of(plan)])
    assert after <= tokens_of(plan) < after + (1 if form["model"] == "llama3.1-8b" else 6)
    assert not any(b"finish_reason" in step.data for step in plan[1:-2])


@pytest.mark.parametrize(
    ("fault", "events"),
    [
        (ErrorEvent(), [NESTED]),
        (ErrorEvent(done=True), [NESTED, DONE]),
        (ErrorEvent(event="error"), [b"event: error\n" + NESTED]),
        (ErrorEvent(form="flat"), [b"data: {" + FLAT + b"}\n\n"]),
        (
            ErrorEvent(form="flat_with_status", event="problem", done=True),
            [b"event: problem\ndata: {" + FLAT + b',"status_code":500}\n\n', DONE],
        ),
        (
            ErrorEvent(form="string"),
            [b'data: {"error":"Encountered a server error, please try again."}\n\n'],
        ),
        (
            ErrorEvent("wrong_api_key", form="text", event="error"),
            [b"event: error\ndata: Wrong API Key\n\n"],
        ),
    ],
)
def test_forms(ask, play, fault, events):
    """The error is written in one of five forms, with a name or without, and perhaps an end."""
    whole = expand(play(ask(stream=True), reply=SIXTY).plan)
    assert apply(fault, whole) == (whole[0], *map(Data, events), End())


@every_form
def test_without_stream(ask, play, form):
    """Without a stream it is a plain error."""
    whole = expand(play(ask(**form), reply=SIXTY).plan)
    plain = apply(Error("model_not_found"), whole)
    assert apply(ErrorEvent("model_not_found", after_tokens=54), whole) == plain


@pytest.mark.parametrize("stream", [True, False])
@every_form
def test_too_late(ask, play, form, stream):
    """An answer that has no more tokens than that is untouched, and so is an error."""
    whole = expand(play(ask(**form, stream=stream), reply=SIXTY).plan)
    assert apply(ErrorEvent(after_tokens=60), whole) == whole
    refused = apply(Error("queue_exceeded"), whole)
    assert apply(ErrorEvent(), refused) == refused
    assert apply(ErrorEvent(), (Close(),)) == (Close(),)


def test_keeps_waits(ask, play):
    """What was late before the error stays late."""
    whole = (Wait(2.0), *expand(play(ask(stream=True), reply=SIXTY).plan))
    assert apply(ErrorEvent(after_tokens=3), whole)[0] == Wait(2.0)
