from random import Random

import pytest

from mockserver.api.model import tokens
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Context, Cut, Truncate
from mockserver.plan import Data, End, Head, Wait, expand, tokens_of

SIXTY = Script(tokens=60)
FORMS = [
    {"endpoint": endpoint, "model": model, "stream": stream}
    for endpoint in ("chat", "completions")
    for model in ("llama3.1-8b", "gpt-oss-120b")
    for stream in (True, False)
]


def apply(fault, plan):
    return fault.apply(expand(plan), Context(Random(1)))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(map(str, form.values())))
@pytest.mark.parametrize("limit", [0, 1, 7, 20, 59])
def test_truncate(ask, play, objects, text, form, limit):
    """The answer says the first so many tokens, ends by length, and its usage agrees."""
    whole = expand(play(ask(**form), reply=SIXTY).plan)
    short = apply(Truncate(limit), whole)
    assert text(short) == "".join(tokens.pieces(text(whole))[:limit])
    assert tokens_of(short) == limit
    last, before = objects(short)[-1], objects(whole)[-1]
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["usage"]["completion_tokens"] == limit
    assert last["usage"]["total_tokens"] == last["usage"]["prompt_tokens"] + limit
    assert last["usage"]["prompt_tokens"] == before["usage"]["prompt_tokens"]
    assert last["time_info"] == before["time_info"]
    assert (short[0], short[-1]) == (whole[0], whole[-1])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(map(str, form.values())))
@pytest.mark.parametrize("limit", [60, 61, 1000])
def test_short_enough(ask, play, form, limit):
    """An answer that is short enough is untouched."""
    whole = expand(play(ask(**form), reply=SIXTY).plan)
    assert apply(Truncate(limit), whole) == whole


def test_truncated_twice(ask, play):
    """Truncating twice is truncating to the shorter length."""
    whole = expand(play(ask(stream=True), reply=SIXTY).plan)
    assert apply(Truncate(10), apply(Truncate(30), whole)) == apply(Truncate(10), whole)
    assert apply(Truncate(30), apply(Truncate(10), whole)) == apply(Truncate(10), whole)


def test_no_events_without_text(ask, play, objects):
    """A truncated stream has no empty chunks between the role and the finish."""
    short = apply(Truncate(6), play(ask(model="gpt-oss-120b", stream=True), reply=SIXTY).plan)
    deltas = [one["choices"][0]["delta"] for one in objects(short)]
    assert deltas[0] == {"role": "assistant"}
    assert [tokens.count(delta["content"]) for delta in deltas[1:-1]] == [5, 1]
    assert deltas[-1] == {}
    assert short[-2] == Data(b"data: [DONE]\n\n")


CALLS = (ScriptedCall("add", {"a": 2, "b": 3}), ScriptedCall("sub", {"c": "four"}))
RICH = {
    "thoughts": Script(text="It rains.", reasoning="Let me see, shall I?"),
    "calls": Script(tool_calls=CALLS),
    "everything": Script(text="It rains.", reasoning="Let me see.", tool_calls=CALLS),
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", ["llama3.1-8b", "gpt-oss-120b", "qwen-3-32b"])
@pytest.mark.parametrize(
    "script",
    [(reply, shown) for reply in RICH for shown in ("parsed", "raw", "hidden")],
)
def test_truncated_is_limited(ask, play, objects, model, script, stream):
    """A truncated answer is the one that the completion limit would leave, calls cut likewise."""
    reply, shown = script
    form = {"stream": stream, "model": model, "reasoning_format": shown}
    whole = expand(play(ask(**form), reply=RICH[reply]).plan)
    for limit in range(tokens_of(whole)):
        short = apply(Truncate(limit), whole)
        assert tokens_of(short) == limit
        expected = expand(play(ask(**form, max_completion_tokens=limit), reply=RICH[reply]).plan)
        assert [_told(one) for one in objects(short)] == [_told(one) for one in objects(expected)]
        assert tokens_of(expected) == limit


def _told(body):
    usage = {key: value for key, value in body.get("usage", {}).items() if "completion" in key}
    return body["choices"], usage


CHOICES = [
    {"endpoint": "chat", "n": 3},
    {"endpoint": "chat", "n": 2, "logprobs": True},
    {"endpoint": "completions", "n": 2},
    {"endpoint": "completions", "n": 2, "best_of": 4, "logprobs": 0},
]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("form", CHOICES, ids=lambda form: " ".join(map(str, form.values())))
def test_truncated_choices(ask, play, objects, several, form, stream):
    """The first so many tokens of all choices are left, and those that are whole say so."""
    request = ask(**form, model="gpt-oss-120b", stream=stream)
    whole = expand(play(request, scenario={"edition": several}, reply=Script(tokens=10)).plan)
    for limit in range(tokens_of(whole)):
        short = apply(Truncate(limit), whole)
        assert tokens_of(short) == limit
        assert objects(short)[-1]["usage"]["completion_tokens"] == limit
        texts, finishes, odds = map(list, _choices(objects(short)))
        left = [min(10, max(0, limit - 10 * at)) for at in range(form["n"])]
        assert [tokens.count(one) for one in texts] == left
        assert finishes == ["stop" if one == 10 else "length" for one in left]
        assert odds == (left if "logprobs" in form else [0] * form["n"])


def _choices(bodies):
    """Return the text, the finish and the number of odds of each choice."""
    found = {}
    for choice in (choice for body in bodies for choice in body["choices"]):
        one = found.setdefault(choice["index"], ["", None, 0])
        holder = choice.get("delta", choice.get("message", choice))
        one[0] += holder.get("content", holder.get("text", ""))
        one[1] = choice.get("finish_reason", one[1])
        odds = choice.get("logprobs", {})
        one[2] += len(odds.get("content", odds.get("tokens", ())))
    return zip(*(found[index] for index in sorted(found)), strict=True)


def test_truncated_odds(ask, play, objects):
    """The odds end with the text."""
    for endpoint, wish in (("chat", True), ("completions", 0)):
        for stream in (True, False):
            whole = expand(play(ask(endpoint, logprobs=wish, stream=stream), reply=SIXTY).plan)
            short = objects(apply(Truncate(7), whole))
            odds = [one["choices"][0].get("logprobs") or {} for one in short]
            columns = [len(one.get("content", one.get("tokens", ()))) for one in odds]
            assert sum(columns) == 7


@pytest.mark.parametrize(
    "plan",
    [
        (),
        (Wait(1.0),),
        (Head(500), Data(b'{"message":"x"}'), End()),
        (Head(200), Data(b"[]"), End()),
    ],
)
def test_no_completion(plan):
    """What is no completion has no tokens and is untouched."""
    assert apply(Truncate(0), plan) == plan


@pytest.mark.parametrize("stream", [True, False])
def test_truncate_after_cut(ask, play, stream):
    """A lost connection can be truncated further."""
    whole = expand(play(ask(model="gpt-oss-120b", stream=stream), reply=SIXTY).plan)
    plan = apply(Truncate(1), apply(Cut(3), whole))
    assert tokens_of(plan) <= 1
