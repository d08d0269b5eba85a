import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.contract.edition import Model
from mockserver.api.model import prose
from mockserver.api.model.generate import GenerationRequest, generate, until_stop
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.api.model.tokens import pieces
from mockserver.core.seeding import HexStream, SeededText

PLAIN = Model(context=8192, max_output=8192, speed=1000)
THINKER = Model(context=8192, max_output=8192, speed=1000, reasoning=True)
QWEN = Model(context=8192, max_output=8192, speed=1000, whole_tool_calls=True)
MESSAGES = [{"role": "user", "content": "How is the weather in Paris?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Paris"]}}},
    },
}
SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"a": {"const": 1}}}},
}


def told(reply=None, *, limit=9999, model=PLAIN, seed=1, **body):
    body = {"messages": MESSAGES, **body}
    return generate(
        reply or Script(), GenerationRequest(body, model, limit), SeededText(seed), HexStream("2")
    )


@pytest.mark.parametrize(
    ("text", "limit", "said", "finish"),
    [
        ("one two three", 10, "one two three", "stop"),
        ("one two three", 3, "one two three", "stop"),
        ("one two three", 2, "one two", "length"),
        ("one two three", 0, "", "length"),
        ("", 10, "", "stop"),
        ("", 0, "", "stop"),
    ],
)
def test_scripted(text, limit, said, finish):
    """A scripted text is said as far as the limit lets it, and the finish says which."""
    result = told(Script(text=text), limit=limit)
    assert (result.text, result.finish_reason) == (said, finish)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Script(text="yes"), "yes"),
        (Script(json={"a": [1, None]}), '{"a":[1,null]}'),
        (Script(json=False), "false"),
        (Script(echo=True), "How is the weather in Paris?"),
    ],
)
def test_content_of_a_script(reply, said):
    """A scripted content is said, whatever the request asks for."""
    assert told(reply, tools=[WEATHER], model=THINKER).text == said
    assert told(reply, response_format=SCHEMA).finish_reason == "stop"


@pytest.mark.parametrize(
    ("tokens", "limit", "length", "finish"),
    [(900, 512, 512, "length"), (512, 512, 512, "stop"), (5, 512, 5, "stop"), (0, 9, 0, "stop")],
)
def test_length(tokens, limit, length, finish):
    """Prose of a length is cut at the limit; a model does not think before it."""
    result = told(Script(tokens=tokens), limit=limit, model=THINKER)
    assert (result.tokens, result.finish_reason) == (length, finish)


@pytest.mark.parametrize(
    "reply", [Script(), Script(tokens=40), Script(text="Hm, so."), Script(json=1)]
)
@pytest.mark.parametrize("model", [PLAIN, THINKER])
@pytest.mark.parametrize("limit", [0, 3, 40, 9999])
def test_simple_request(reply, model, limit):
    """What a request only mentions makes no difference to what is said."""
    mentioned = {"stop": None, "tools": None, "response_format": {"type": "text"}}
    assert told(reply, model=model, limit=limit, **mentioned) == told(
        reply, model=model, limit=limit
    )


def test_prose():
    """Without a script the model says some prose, of which a limit leaves the beginning."""
    whole = told(seed=7)
    assert whole.pieces == prose.answer(7)
    assert whole.finish_reason == "stop"
    part = told(limit=4, seed=7)
    assert (part.pieces, part.finish_reason) == (whole.pieces[:4], "length")


def test_scripted_calls():
    """Scripted calls are made with or without a content, and need no tools in the request."""
    calls = (ScriptedCall("a", {"x": 1}), ScriptedCall("b", "{broken"), ScriptedCall("c"))
    said = told(Script(tool_calls=calls))
    assert [(one.name, one.arguments) for one in said.calls] == [
        ("a", '{"x":1}'),
        ("b", "{broken"),
        ("c", "{}"),
    ]
    assert (said.content, said.finish_reason) == (None, "tool_calls")
    assert told(Script(text="So.", tool_calls=calls)).content == "So."


def test_ids_of_calls():
    """Each call has nine hexadecimal digits of its own."""
    said = told(Script(tool_calls=(ScriptedCall("a"), ScriptedCall("a"))))
    one, other = (call.id for call in said.calls)
    assert len(one) == len(other) == 9
    assert int(one, 16) != int(other, 16)


@pytest.mark.parametrize(
    ("model", "arguments"), [(PLAIN, '{"city":"Paris"}'), (QWEN, '{"city": "Paris"}')]
)
def test_tools(model, arguments):
    """A tool that is asked for is called with arguments from its schema."""
    said = told(tools=[WEATHER], model=model)
    assert [(one.name, one.arguments) for one in said.calls] == [("get_weather", arguments)]
    assert (said.content, said.finish_reason) == (None, "tool_calls")


@pytest.mark.parametrize("parameters", [None, {}, {"type": "string"}, {"$ref": "#/$defs/no"}])
def test_tools_without_parameters(parameters):
    """A tool without parameters is called with an empty object."""
    function = {"name": "get_weather", "parameters": parameters}
    said = told(tools=[{"type": "function", "function": function}])
    assert said.calls[0].arguments == "{}"


@pytest.mark.parametrize(
    ("wish", "check"),
    [
        ({"type": "text"}, lambda text: text.endswith(".")),
        ({"type": "json_object"}, lambda text: json.loads(text).keys()),
        (SCHEMA, lambda text: json.loads(text) == {"a": 1}),
        ({"type": "json_schema", "json_schema": {"name": "x"}}, json.loads),
    ],
)
def test_response_format(wish, check):
    """The content has the form that was asked for; cut by the limit, it is no JSON any more."""
    said = told(response_format=wish)
    assert check(said.text)
    assert said.finish_reason == "stop"
    assert told(response_format=wish, limit=2).finish_reason == "length"


FREE = {"type": "object", "properties": {"n": {"type": "integer"}, "text": {"type": "string"}}}


def wanted(schema):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}


@pytest.mark.parametrize("model", [PLAIN, QWEN])
@pytest.mark.parametrize("length", [30, 31, 60, 900])
@pytest.mark.parametrize("wish", [{"type": "json_object"}, wanted(FREE)])
def test_json_of_length(wish, length, model):
    """Who wants JSON gets JSON, of as many tokens as are scripted."""
    result = told(Script(tokens=length), response_format=wish, model=model)
    assert len(result.pieces) == length
    assert max(map(len, map(str, json.loads(result.text).values()))) > length
    assert told(Script(tokens=length), response_format=wish, limit=20).finish_reason == "length"


def test_json_that_stays_short():
    """A schema that leaves no string free, and a few tokens only, have JSON all the same."""
    bound = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 5}}}
    for schema in (SCHEMA["json_schema"]["schema"], bound):
        said = told(Script(tokens=900), response_format=wanted(schema))
        assert len(said.pieces) < 20
        assert json.loads(said.text).keys() == {"a"}
    assert json.loads(told(Script(tokens=1), response_format=wanted(FREE)).text).keys()


@pytest.mark.parametrize("model", [PLAIN, THINKER])
def test_tag(model):
    """Thoughts in a tag stand before what the request wants, JSON too, in any model."""
    reply = Script(reasoning="Hm.", tag="thought")
    for wish in ({"type": "text"}, SCHEMA):
        said = told(reply, model=model, response_format=wish, reasoning_format="hidden")
        thoughts, end, answer = said.text.partition("</thought>\n\n")
        assert (thoughts, bool(end)) == ("<thought>\nHm.\n", True)
        assert answer == told(model=PLAIN, response_format=wish).text


@pytest.mark.parametrize(
    ("text", "stop", "said"),
    [
        ("one two three", None, "one two three"),
        ("one two three", [], "one two three"),
        ("one two three", "", "one two three"),
        ("one two three", "four", "one two three"),
        ("one two three", " two", "one"),
        ("one two three", "wo th", "one t"),
        ("one two three", ["three", "two"], "one "),
        ("one two three", "one", ""),
    ],
)
def test_stop(text, stop, said):
    """The content ends before the first stop sequence, also in the middle of a token."""
    result = told(Script(text=text), stop=stop)
    assert (result.text, result.finish_reason) == (said, "stop")
    assert list(result.pieces) == pieces(said)


def test_stop_behind_the_limit():
    """A stop sequence that the model does not reach changes nothing."""
    said = told(Script(text="one two three"), stop="three", limit=1)
    assert (said.text, said.finish_reason) == ("one", "length")


@given(st.text(), st.lists(st.text(), max_size=4))
def test_no_stop_sequence_is_said(text, stop):
    """Whatever the sequences are, none is in the text, which is a beginning of the whole."""
    said = "".join(until_stop(pieces(text), stop))
    assert text.startswith(said)
    assert not any(one in said for one in stop if one)


@pytest.mark.parametrize("shown", ["none", "parsed", "text_parsed", "raw", "hidden"])
@pytest.mark.parametrize("limit", [0, 1, 3, 5, 7, 30])
def test_limit_of_thoughts(shown, limit):
    """Thoughts, content and calls share the limit, in this order, wherever they are shown."""
    script = Script(text="It rains.", reasoning="Let me see.", tool_calls=(ScriptedCall("a"),))
    said = told(script, reasoning_format=shown, limit=limit)
    assert said.tokens == min(limit, told(script, reasoning_format=shown).tokens)
    cost = told(script, reasoning_format=shown).reasoning_tokens
    assert said.reasoning_tokens == min(limit, cost)
    assert bool(said.calls) is (limit > cost + 3)
    assert said.finish_reason == ("tool_calls" if limit == 30 else "length")


@pytest.mark.parametrize(
    ("shown", "reasoning", "content"),
    [
        ("parsed", "Hm.", "Yes."),
        ("raw", "", "<think>\nHm.\n</think>\n\nYes."),
        ("hidden", "", "Yes."),
    ],
)
def test_shown(shown, reasoning, content):
    """Thoughts stand apart, in the content, or nowhere."""
    said = told(Script(text="Yes.", reasoning="Hm."), reasoning_format=shown)
    assert ("".join(said.reasoning), said.content) == (reasoning, content)
    assert said.reasoning_tokens >= 2


def test_only_thoughts_are_scripted():
    """With scripted thoughts the model still answers as it is asked to."""
    said = told(Script(reasoning="Hm."), tools=[WEATHER])
    assert "".join(said.reasoning) == "Hm."
    assert said.calls[0].name == "get_weather"


def test_thinks_by_itself():
    """A model that can think does so before answers of its own, and ends there if it must."""
    said = told(model=THINKER)
    assert said.reasoning
    assert said.content
    part = told(model=THINKER, limit=3)
    assert (len(part.reasoning), part.content, part.finish_reason) == (3, None, "length")
    assert not told(model=THINKER, reasoning_effort="none").reasoning


def test_completions_do_not_think():
    """Text completions are text only."""
    body = {"prompt": "Once"}
    assert not generate(
        Script(), GenerationRequest(body, THINKER, 99), SeededText(1), HexStream("1")
    ).reasoning_tokens
    assert (
        generate(
            Script(echo=True), GenerationRequest(body, THINKER, 99), SeededText(1), HexStream("1")
        ).text
        == "Once"
    )


@pytest.mark.parametrize(("top", "beside", "room"), [(20, 1, 4761), (1, 5, 10_000), (0, 1, 40_000)])
def test_odds_of_much(top, beside, room):
    """There are so many for all completions of a request; the others have none."""
    body = {"messages": MESSAGES, "min_tokens": -1, "logprobs": True, "top_logprobs": top}
    said = generate(
        Script(), GenerationRequest(body, PLAIN, 40_000, beside), SeededText(1), HexStream("2")
    )
    assert len(said.odds) == room <= len(said.pieces) <= 40_000


def test_odds_of_a_long_prompt():
    """What comes behind odds that are not there has none either: its offsets would be wrong."""
    body = {"prompt": "a " * 6000, "logprobs": 20, "echo": True}
    said = generate(Script(), GenerationRequest(body, PLAIN, 9), SeededText(1), HexStream("2"))
    assert (len(said.echo_odds), said.odds) == (4761, ())


@pytest.mark.parametrize(
    ("predicted", "counts"),
    [
        ("It rains.", (3, 0)),
        ("It rains, it pours", (2, 3)),
        ("", (0, 0)),
        ("No", (0, 1)),
        ([{"type": "text", "text": "It"}, {"type": "text", "text": " rains"}], (2, 0)),
    ],
)
def test_prediction(predicted, counts):
    """Of a predicted output the tokens that were said in the same order are accepted."""
    prediction = {"type": "content", "content": predicted}
    assert told(Script(text="It rains."), prediction=prediction).prediction == counts


def test_odds():
    """Each token of the content has its odds; they change nothing in what is said."""
    said = told(logprobs=True, top_logprobs=2, limit=9)
    assert [one.token for one in said.odds] == list(said.pieces) == list(told(limit=9).pieces)
    assert told(logprobs=False).odds is None


def test_odds_of_the_prompt():
    """A prompt that is repeated has its odds too, and those of the text stay as they are."""

    def odds(**form):
        body = {"prompt": "Once upon a time", "logprobs": 2, **form}
        return generate(Script(), GenerationRequest(body, PLAIN, 9), SeededText(1), HexStream("2"))

    said = odds(echo=True)
    assert [one.token for one in said.echo_odds] == ["Once", " upon", " a", " time"]
    assert [one.logprob == 0 for one in said.echo_odds] == [True, False, False, False]
    assert said.odds == odds().odds
    assert odds().echo_odds == odds(echo=True, logprobs=None).echo_odds == ()
    assert odds(echo=True, prompt=[1, 2]).echo_odds == ()
    assert odds(echo=True, prompt="").echo_odds == ()


@pytest.mark.parametrize("name", ["min_tokens", "min_completion_tokens"])
@pytest.mark.parametrize("model", [PLAIN, THINKER])
@pytest.mark.parametrize("least", [1, 200, 1000])
def test_least(name, model, least):
    """Prose goes on until it is long enough, thoughts included; it begins as it would have."""
    free, said = told(model=model), told(model=model, **{name: least})
    assert said.tokens >= least
    assert said.pieces[: len(free.pieces)] == free.pieces
    assert (said.reasoning, said.finish_reason) == (free.reasoning, "stop")
    assert said.tokens < max(free.tokens, least) + 60


@pytest.mark.parametrize("unasked", [{}, {"min_tokens": 0}, {"min_tokens": None}])
def test_no_least(unasked):
    """Without a least length the model ends where it wants to."""
    assert told(**unasked) == told()


@pytest.mark.parametrize("least", [-1, 400, 10**30])
def test_least_within_the_limit(least):
    """The limit comes first; -1 is all that there is room for."""
    said = told(min_tokens=least, limit=300)
    assert (said.tokens, said.finish_reason) == (300, "length")


def test_least_of_both():
    """Of the two names the one that is not deprecated counts."""
    asked = {"min_completion_tokens": 400, "min_tokens": 900}
    assert 400 <= told(**asked).tokens < 500


def test_stop_before_the_least():
    """A stop sequence ends the content only where it is long enough."""
    said = told(min_tokens=300, stop=".")
    assert 300 <= said.tokens < 320
    assert (said.text.count(".") > 5, said.finish_reason) == (True, "stop")


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (Script(text="It rains."), {}),
        (None, {"response_format": SCHEMA}),
        (None, {"tools": [WEATHER]}),
    ],
)
def test_least_of_other_contents(reply, body):
    """What is scripted, JSON or a call ends where it ends."""
    assert told(reply, min_tokens=500, **body) == told(reply, **body)
