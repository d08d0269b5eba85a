import pytest

from mockserver.api.model.script import Script
from mockserver.plan import expand, head_of, tokens_of

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"properties": {"city": {"type": "string"}}},
        },
    }
]
MESSAGES = [{"role": "user", "content": "How is the weather?"}]


def test_prompt_cache(ask, engine, objects, now):
    """A prompt that was seen before is cached in blocks, for its key and model, for minutes."""
    running = engine()
    long = [{"role": "user", "content": "word " * 400}]

    def cached(later=0.0, **form):
        plan = expand(running.handle(ask(messages=long, **form), now=now + later).plan)
        return objects(plan)[-1]["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert cached() == 0
    assert cached() == cached(stream=True) == 384
    assert cached(model="gpt-oss-120b") == 0
    assert cached(headers={"authorization": "Bearer csk-other"}) == 0
    assert cached(later=301) == 0


def test_short_prompts_are_not_cached(ask, engine, objects, now):
    """A prompt of less than a block is read again each time."""
    running = engine()
    for _ in range(2):
        usage = objects(running.handle(ask(), now=now).plan)[-1]["usage"]
        assert usage["prompt_tokens_details"] == {"cached_tokens": 0}


def test_images(ask, play, objects):
    """Images cost a model that sees 280 tokens each; others have no such count."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    messages = [{"role": "user", "content": [image, {"type": "text", "text": "What is it?"}]}]
    usage = objects(play(ask(model="qwen-3.8-27b", messages=messages)).plan)[-1]["usage"]
    assert usage["prompt_tokens_details"]["image_tokens"] == 280
    assert usage["prompt_tokens"] > 280
    assert "image_tokens" not in objects(play(ask()).plan)[-1]["usage"]["prompt_tokens_details"]


@pytest.mark.parametrize(
    "form",
    [
        {"stream": True},
        {"stop": "nothing of the kind"},
        {"logprobs": True, "top_logprobs": 2},
        {"max_completion_tokens": 9},
        {"prediction": {"type": "content", "content": "x"}},
        {"user": "somebody"},
    ],
)
def test_form(ask, play, text, form):
    """What a request says about the form of the answer does not change its words."""
    whole = text(play(ask(model="gpt-oss-120b", reasoning_format="hidden")).plan)
    assert whole.startswith(
        text(play(ask(model="gpt-oss-120b", reasoning_format="hidden", **form)).plan)
    )


@pytest.mark.parametrize("other", [{"seed": 1}, {"temperature": 0.1}, {"reasoning_effort": "low"}])
def test_words(ask, play, text, other):
    """What a request says about the model does, the seed above all."""
    assert text(play(ask(**other)).plan) != text(play(ask()).plan) == text(play(ask()).plan)


def test_ids_of_calls(ask, engine, objects, now):
    """The same request gets the same call each time, with an id of its own."""
    running = engine()
    plans = [running.handle(ask(messages=MESSAGES, tools=TOOLS), now=now).plan for _ in "ab"]
    one, other = (objects(plan)[0]["choices"][0]["message"]["tool_calls"][0] for plan in plans)
    assert one["function"] == other["function"]
    assert one["id"] != other["id"]


@pytest.mark.parametrize("stream", [True, False])
def test_prompts(ask, play, objects, stream):
    """Each prompt has its own words, all choices are counted and each has the whole limit."""
    request = ask("completions", prompt=["a", "a", "b"], max_tokens=5, stream=stream)
    plan = expand(play(request).plan)
    texts = {}
    for choice in (choice for one in objects(plan) for choice in one["choices"]):
        texts[choice["index"]] = texts.get(choice["index"], "") + choice["text"]
    assert len(set(texts.values())) == 3
    usage = objects(plan)[-1]["usage"]
    assert usage["completion_tokens"] == tokens_of(plan) == 15


def texts(bodies):
    """Return the text of each choice, by its index."""
    found = {}
    for choice in (choice for body in bodies for choice in body["choices"]):
        holder = choice.get("delta", choice.get("message", choice))
        said = holder.get("content", "") or holder.get("text", "")
        found[choice["index"]] = found.get(choice["index"], "") + said
    return [found[index] for index in sorted(found)]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "form",
    [
        {"endpoint": endpoint, "model": model}
        for endpoint in ("chat", "completions")
        for model in ("llama3.1-8b", "gpt-oss-120b")
    ],
)
def test_choices(ask, play, objects, several, form, stream):
    """Where ``n`` is taken there are so many answers, of which the first is that without it."""

    def played(n):
        request = ask(**form, stream=stream, n=n)
        exchange = play(request, scenario={"edition": several, "tier": "free"})
        return exchange, objects(exchange.plan)

    alone, three = played(1), played(3)
    said = texts(three[1])
    assert len(said) == len(set(said)) == 3
    assert said[:1] == texts(alone[1])
    usage = three[1][-1]["usage"]
    assert usage["completion_tokens"] == three[0].completion_tokens > alone[0].completion_tokens
    assert usage["prompt_tokens"] == three[0].prompt_tokens == alone[0].prompt_tokens
    reserved = [one.reserved_tokens - one.prompt_tokens for one, _ in (alone, three)]
    assert reserved[1] == 3 * reserved[0]


@pytest.mark.parametrize("stream", [True, False])
def test_best_of(ask, engine, objects, several, now, stream):
    """What ``best_of`` makes besides is paid for, in usage, times and limits, and not returned."""
    running = engine(edition=several, tier="free")

    def left(**form):
        exchange = running.handle(ask("completions", stream=stream, max_tokens=5, **form), now=now)
        running.finish(exchange, now=now)
        return exchange, objects(exchange.plan)

    alone, best = left(), left(n=2, best_of=4)
    assert texts(best[1])[:1] == texts(alone[1])
    assert len(texts(best[1])) == 2
    assert best[1][-1]["usage"]["completion_tokens"] == best[0].completion_tokens == 20
    time = best[1][-1]["time_info"]["completion_time"]
    assert time == pytest.approx(0.0001 + 20 / 2000)
    after = running.handle(ask(max_completion_tokens=0), now=now)
    spent = sum(one.prompt_tokens + one.completion_tokens for one in (alone[0], best[0]))
    remaining = head_of(after.plan).header("x-ratelimit-remaining-tokens-minute")
    assert int(remaining) == 60_000 - spent - after.prompt_tokens


@pytest.mark.parametrize("stream", [True, False])
def test_odds_of_the_prompt(ask, play, objects, stream):
    """A repeated prompt is scored even where nothing is to be said, its first token as certain."""
    form = {"prompt": "Once upon a time", "echo": True, "logprobs": 2}
    for length in (0, 3):
        plan = expand(play(ask("completions", stream=stream, max_tokens=length, **form)).plan)
        columns = [choice["logprobs"] for one in objects(plan)[:1] for choice in one["choices"]]
        assert columns[0]["tokens"][:4] == ["Once", " upon", " a", " time"]
        assert columns[0]["text_offset"][:4] == [0, 4, 9, 11]
        assert (columns[0]["token_logprobs"][0], columns[0]["top_logprobs"][0]) == (0, {})
        assert all(value < 0 for value in columns[0]["token_logprobs"][1:])
        assert texts(objects(plan))[0].startswith("Once upon a time")


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_least(ask, play, text, endpoint):
    """An answer is as long as ``min_tokens`` wants, and begins as it would without."""
    short, long = play(ask(endpoint)), play(ask(endpoint, min_tokens=400))
    assert text(long.plan).startswith(text(short.plan))
    assert short.completion_tokens < 400 <= long.completion_tokens
    assert long.finish_reason == "stop"


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_logit_bias(ask, play, endpoint):
    """Tokens may be biased, up to a ban."""
    assert play(ask(endpoint, logit_bias={"50256": -100, "11": 1.5})).status == 200


@pytest.mark.parametrize("stream", [True, False])
def test_everything_is_paid_for(ask, play, objects, stream):
    """Usage, the times and the plan count thoughts and calls as well."""
    reply = Script(tokens=3, reasoning="Let me see.")
    exchange = play(ask(model="gpt-oss-120b", stream=stream), reply=reply)
    last = objects(exchange.plan)[-1]
    assert last["usage"]["completion_tokens"] == exchange.completion_tokens == 7
    assert last["usage"]["completion_tokens_details"]["reasoning_tokens"] == 4
    assert last["time_info"]["completion_time"] == pytest.approx(0.0001 + 7 / 3000)


def test_messages_without_content(ask, play):
    """The history of a conversation with tools is read without complaint."""
    call = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        *MESSAGES,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "rain"}]},
    ]
    exchange = play(ask(messages=messages, tools=TOOLS))
    assert exchange.finish_reason == "stop"


NONE = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 2, "maximum": 1}},
    "required": ["n"],
}


@pytest.mark.parametrize(
    "form",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": NONE}}},
        {
            "tools": [{"type": "function", "function": {"name": "f", "parameters": NONE}}],
            "tool_choice": "required",
        },
    ],
)
def test_schema_without_value(ask, engine, now, form):
    """What can't be satisfied is refused in a sentence, and costs nothing of the quota."""
    running = engine()
    exchange = running.handle(ask(messages=MESSAGES, **form), now=now)
    assert head_of(exchange.plan).status == 400
    sentence = "No value was found at 'n' of the JSON Schema: its bounds leave no number"
    assert exchange.error["message"] == sentence
    running.finish(exchange, now=now)
    assert head_of(running.handle(ask(), now=now).plan).status == 200
