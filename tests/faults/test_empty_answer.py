from random import Random

import pytest

from mockserver.api.model import tokens
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Context, EmptyAnswer, Error, ReasoningOnly
from mockserver.plan import Close, Data, End, Head, Wait, expand, tokens_of

RICH = Script(text="It rains.", reasoning="Hm.", tool_calls=(ScriptedCall("add", {"a": 2}),))
streamed = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
every_model = pytest.mark.parametrize("model", ["llama3.1-8b", "gpt-oss-120b", "qwen-3-32b"])


def apply(fault, plan, **context):
    return fault.apply(plan, Context(Random(1), **context))


def usage(body):
    counts = body["usage"]
    details = counts.get("completion_tokens_details", {})
    assert counts["total_tokens"] == counts["prompt_tokens"] + counts["completion_tokens"]
    return counts["completion_tokens"], details.get("reasoning_tokens")


def spoken(bodies):
    """Return what is said beside the role, in order."""
    choices = [choice for body in bodies for choice in body["choices"]]
    holders = [choice.get("delta", choice.get("message", choice)) for choice in choices]
    known = ("content", "reasoning", "tool_calls", "text")
    return [(key, holder[key]) for holder in holders for key in known if key in holder]


@streamed
@every_model
@pytest.mark.parametrize("reason", ["length", "stop", "tool_calls", "content_filter"])
def test_empty_answer(ask, play, objects, model, stream, reason):
    """Nothing is said, the finish reason is the one that is named, and the usage agrees."""
    whole = expand(play(ask(model=model, stream=stream), reply=RICH).plan)
    empty = apply(EmptyAnswer(reason, 7), whole)
    bodies = objects(empty)
    assert spoken(bodies) == ([] if stream else [("content", "")])
    assert bodies[-1]["choices"][0]["finish_reason"] == reason
    assert usage(bodies[-1]) == (7, 7)
    assert tokens_of(empty) == 7
    assert (empty[0], empty[-1]) == (whole[0], whole[-1])
    assert objects(whole)[0]["id"] == bodies[0]["id"]


@streamed
@every_model
def test_reasoning_only(ask, play, objects, model, stream):
    """So many tokens of thoughts, no content, and a finish that says why."""
    whole = expand(play(ask(model=model, stream=stream), reply=RICH).plan)
    plan = apply(ReasoningOnly(30), whole)
    bodies = objects(plan)
    said = spoken(bodies)
    assert {key for key, _ in said} == {"reasoning"}
    assert tokens.count("".join(text for _, text in said)) == 30
    most = 5 if stream and model == "gpt-oss-120b" else 1 if stream else 30
    assert max(tokens.count(text) for _, text in said) <= most
    assert bodies[-1]["choices"][0]["finish_reason"] == "length"
    assert usage(bodies[-1]) == (30, 30)
    assert tokens_of(plan) == 30


@streamed
def test_no_more_than_allowed(ask, play, objects, stream):
    """A request that allows fewer tokens gets no more, through the engine as well."""
    request = ask(model="gpt-oss-120b", stream=stream, max_completion_tokens=12)
    plan = expand(play(request, faults=(ReasoningOnly(512),)).plan)
    assert tokens_of(plan) == usage(objects(plan)[-1])[0] == 12
    assert tokens_of(apply(ReasoningOnly(512), expand(play(request).plan), room=9)) == 9


@streamed
@pytest.mark.parametrize("fault", [EmptyAnswer(tokens=5), ReasoningOnly(5)])
def test_text_completions(ask, play, objects, stream, fault):
    """Text completions, which have no thoughts, are just empty, and cost the same."""
    plan = apply(
        fault, expand(play(ask("completions", stream=stream), reply=Script(tokens=9)).plan)
    )
    assert "".join(text for _, text in spoken(objects(plan))) == ""
    assert (usage(objects(plan)[-1])[0], tokens_of(plan)) == (5, 5)


@pytest.mark.parametrize("fault", [EmptyAnswer(), ReasoningOnly(5)])
@pytest.mark.parametrize(
    "plan",
    [
        (),
        (Close(),),
        (Wait(1.0), Head(200), Data(b'{"object":"list"}'), End()),
        apply(Error("queue_exceeded"), ()),
    ],
)
def test_no_completion(fault, plan):
    """What is no completion says what it says."""
    assert apply(fault, plan) == plan


def test_waits_stay(ask, play):
    """What was late stays late."""
    whole = (Wait(2.0), *expand(play(ask(stream=True), reply=RICH).plan))
    assert apply(EmptyAnswer(), whole)[0] == Wait(2.0)
