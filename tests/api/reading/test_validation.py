import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from mockserver.api.contract.edition_settings import Validation
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import problems
from mockserver.api.reading import validation
from mockserver.api.reading.validation import validate

CASES = Path(__file__).parents[4] / "shared" / "contract" / "validation_cases.json"
HI = {"role": "user", "content": "hi"}
CHAT = {"model": "gpt-oss-120b", "messages": [HI]}
TEXT = {"model": "gpt-oss-120b", "prompt": "hi"}
PARTS = "list[tagged-union[TextContent,ImageUrlContent,ImageContent]]"
TAGS = "does not match any of the expected tags"
TEXT_PART = {"type": "text", "text": "a"}
TOOL = {"type": "function", "function": {"name": "f"}}


def messages(*said):
    return {"messages": list(said)}


def unsupported(where):
    return f"{where}: property '{where}' is unsupported"


RANGES = [
    ({"temperature": 3}, "temperature: Input should be less than or equal to 2"),
    ({"temperature": -1}, "temperature: Input should be greater than or equal to 0"),
    ({"top_p": 2}, "top_p: Input should be less than or equal to 1"),
    ({"n": 0}, "n: Input should be greater than or equal to 1"),
    ({"max_tokens": -5}, "max_tokens: Input should be greater than or equal to -1"),
    ({"frequency_penalty": 3}, "frequency_penalty: Input should be less than or equal to 2"),
    ({"presence_penalty": -3}, "presence_penalty: Input should be greater than or equal to -2"),
    ({"top_logprobs": 21}, "top_logprobs: Input should be less than or equal to 20"),
    (
        {"prompt_cache_key": "x" * 1025},
        "prompt_cache_key: String should have at most 1024 characters",
    ),
    (
        {"stop": list("abcde")},
        (
            "stop.str: Input should be a valid string\n"
            "stop.list[str]: List should have at most 4 items after validation, not 5"
        ),
    ),
]
TYPES = [
    (
        {"temperature": "hot"},
        "temperature: Input should be a valid number, unable to parse string as a number",
    ),
    (
        {"max_completion_tokens": 1.5},
        (
            "max_completion_tokens: Input should be a valid integer, "
            "got a number with a fractional part"
        ),
    ),
    (
        {"seed": "a"},
        "seed: Input should be a valid integer, unable to parse string as an integer",
    ),
    ({"stream": "x"}, "stream: Input should be a valid boolean, unable to interpret input"),
    ({"model": 5}, "model: Input should be a valid string"),
    ({"messages": "hi"}, "messages: Input should be a valid array"),
    ({"messages": []}, "messages: List should have at least 1 item after validation, not 0"),
]
NAMES = [
    (
        {"reasoning_effort": "xhigh"},
        "reasoning_effort: Input should be 'none', 'low', 'medium' or 'high'",
    ),
    (
        {"reasoning_format": "foo"},
        "reasoning_format: Input should be 'none', 'parsed', 'text_parsed', 'raw' or 'hidden'",
    ),
    (
        {"service_tier": "foo"},
        "service_tier: Input should be 'auto', 'default', 'flex' or 'priority'",
    ),
    (
        {"tools": [TOOL], "tool_choice": "foo"},
        (
            "tool_choice.str-enum[ToolChoice]: Input should be 'none', 'auto' or 'required'\n"
            "tool_choice.ChoiceObject: Input should be an object"
        ),
    ),
    (
        {"response_format": {"type": "foo"}},
        (
            f"response_format: Input tag 'foo' found using 'type' {TAGS}: "
            "'text', 'json_object', 'json_schema'"
        ),
    ),
    (
        {"response_format": {}},
        "response_format: Unable to extract tag using discriminator 'type'",
    ),
]
UNKNOWN = [
    ({"store": False}, unsupported("store")),
    ({"maxTokens": 1, "thinking": {}}, f"{unsupported('maxTokens')}\n{unsupported('thinking')}"),
    (
        {"stream_options": {"include_usage": True, "foo": 1}},
        unsupported("stream_options.foo"),
    ),
    ({"tools": [TOOL | {"cache_control": 1}]}, unsupported("tools.0.cache_control")),
    (
        messages(HI, {"role": "assistant", "content": "x", "reasoning_content": "y"}, HI),
        unsupported("messages.1.assistant.reasoning_content"),
    ),
    (
        messages(HI | {"tool_calls": []}),
        unsupported("messages.0.user.tool_calls"),
    ),
    (
        messages(
            {"role": "system", "content": [{"type": "text", "text": "a", "cache_control": 1}]}
        ),
        "messages.0.system.content.str: Input should be a valid string\n"
        + unsupported(f"messages.0.system.content.{PARTS}.0.text.cache_control"),
    ),
]
MESSAGES = [
    (messages({"content": "x"}), "messages.0: Unable to extract tag using discriminator 'role'"),
    (
        messages({"role": "bot", "content": "x"}),
        (
            f"messages.0: Input tag 'bot' found using 'role' {TAGS}: "
            "'system', 'developer', 'user', 'assistant', 'tool'"
        ),
    ),
    (messages({"role": "user"}), "messages.0.user.content: Field required"),
    (
        messages({"role": "user", "content": None}),
        (
            "messages.0.user.content.str: Input should be a valid string\n"
            f"messages.0.user.content.{PARTS}: Input should be a valid array"
        ),
    ),
    (
        messages({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}),
        (
            "messages.0.user.content.str: Input should be a valid string\n"
            f"messages.0.user.content.{PARTS}.0: Input tag 'input_audio' "
            f"found using 'type' {TAGS}: 'text', 'image_url', 'image'"
        ),
    ),
    (messages({"role": "tool", "content": "x"}), "messages.0.tool.tool_call_id: Field required"),
    ({"tools": [{"type": "function"}]}, "tools.0.function: Field required"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
        "response_format.json_schema.json_schema.name: Field required",
    ),
]
NO_JSON = [
    b"",
    b"{",
    b'{"model":"x",}',
    b"not json",
    b'{"a":"\\q"}',
    b'{"a":"\\ud83d\\u0041"}',
    b'{"a":"\\ud83d abc"}',
    b"[1,2",
    b'"x',
    b'{"a" 1}',
    b'{"model":"x"} x',
]
RAW = [
    (b'{"a":NaN}', f"model: Field required\nmessages: Field required\n{unsupported('a')}"),
    (b"[]", ": Input should be an object"),
    (b"null", ": Input should be an object"),
    (b"{}", "model: Field required\nmessages: Field required"),
]


OLD = [
    (CHAT | {"store": False}, unsupported("body.store")),
    (
        CHAT | {"maxTokens": 1, "thinking": {}},
        f"{unsupported('body.maxTokens')}\n{unsupported('body.thinking')}",
    ),
    ({"messages": [HI]}, "body.model: Field required"),
    (b"[]", "body: Input should be an object"),
]


def refusal(endpoint, body, how=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(RefusalError) as refused:
        validate(endpoint, raw, how or Validation())
    return refused.value


@pytest.mark.parametrize(("fragment", "reason"), [*RANGES, *TYPES, *NAMES, *UNKNOWN, *MESSAGES])
def test_refused(fragment, reason):
    """What the API refuses is refused in the API's words, a line for each mistake."""
    refused = refusal("chat", CHAT | fragment)
    assert (refused.problem, refused.facts) == ("wrong_api_format", {"reason": reason})


@pytest.mark.parametrize(("body", "reason"), RAW)
def test_refused_bodies(body, reason):
    """A body of JSON that is no object, or an empty one, is refused as a whole or key by key."""
    assert refusal("chat", body).facts == {"reason": reason}


@pytest.mark.parametrize("body", NO_JSON)
def test_no_json(body):
    """A body that is no JSON is refused as the parser words it: it is the real API's as well."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict).validate_json(body)
    said = caught.value.errors()[0]["ctx"]["error"]
    assert refusal("chat", body).facts == {"reason": f": Invalid JSON: {said}"}


def of_pydantic(kind, facts):
    """Return pydantic's error of a kind, in words that no version of it has."""
    other = PydanticCustomError(kind, "other words", facts)
    line = {"type": other, "loc": ("a", 0), "input": None}
    return ValidationError.from_exception_data("x", [line])


@pytest.mark.parametrize(
    ("kind", "facts", "reason"),
    [
        ("missing", {}, "a.0: Field required"),
        ("int_type", {}, "a.0: Input should be a valid integer"),
        ("less_than_equal", {"le": 2.0}, "a.0: Input should be less than or equal to 2"),
        ("string_too_long", {"max_length": 1}, "a.0: String should have at most 1 character"),
        ("extra_forbidden", {}, unsupported("a.0")),
        ("unheard_of", {}, "a.0: other words"),
    ],
)
def test_words(kind, facts, reason):
    """The sentences are those of the API, whatever words another pydantic has for its errors."""
    error = of_pydantic(kind, facts)
    assert validation.refusal(error).facts == {"reason": reason}


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_required(missing):
    """Model and messages must be there."""
    body = {name: value for name, value in CHAT.items() if name != missing}
    assert refusal("chat", body).facts == {"reason": f"{missing}: Field required"}


@pytest.mark.parametrize(
    ("fragment", "reason"),
    [
        ({"messages": [HI]}, unsupported("messages")),
        ({"best_of": 21}, "best_of: Input should be less than or equal to 20"),
        ({"logprobs": -1}, "logprobs: Input should be greater than or equal to 0"),
        ({"max_completion_tokens": 5}, unsupported("max_completion_tokens")),
    ],
)
def test_refused_completions(fragment, reason):
    """Text completions have keys and ranges of their own."""
    assert refusal("completions", TEXT | fragment).facts == {"reason": reason}


@pytest.mark.parametrize("first", [0, 150, 1500])
def test_much_that_is_wrong(first):
    """Of tens of thousands of errors the first are told: to list all would take minutes."""
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}] * first + [1] * 10_001}
    lines = refusal("chat", body).facts["reason"].splitlines()
    assert lines[0].startswith(f"messages.{first}: Input should be")
    assert 1 <= len(lines) <= 10_000 - first


@pytest.mark.parametrize(
    ("fragment", "line"),
    [
        ({f"k{at}": 1 for at in range(50_000)}, "k0: property 'k0' is unsupported"),
        (
            {"messages": [{**HI, **{f"k{at}": 1 for at in range(50_000)}}]},
            "messages.0.user.k0: property 'messages.0.user.k0' is unsupported",
        ),
        ({"stop": [1] * 50_000}, "stop.str: Input should be a valid string"),
        ({"temperature": 9, "user": "x" * 70_000}, "temperature: Input should be less than or "),
    ],
)
def test_large_and_wrong(fragment, line):
    """A large body is told the first of its errors, and no more than a thousand."""
    lines = refusal("chat", CHAT | fragment).facts["reason"].splitlines()
    assert any(one.startswith(line) for one in lines)
    assert len(lines) <= 1_000
    assert not any("Field required" in one for one in lines)


def test_large_and_no_json():
    """A large body that is no JSON is told so."""
    with pytest.raises(RefusalError) as caught:
        validate("chat", b'{"model": "' + b"x" * 100_000)
    assert "Invalid JSON" in caught.value.facts["reason"]


def test_many_prompts():
    """There may be a thousand, whose answers take no time."""
    assert validate("completions", json.dumps({"model": "m", "prompt": ["a"] * 1024}).encode())
    refused = refusal("completions", {"model": "m", "prompt": ["a"] * 1025})
    expected = "prompt.list[str]: List should have at most 1024 items after validation, not 1025"
    assert expected in refused.facts["reason"].splitlines()


@pytest.mark.parametrize("body", [CHAT, TEXT])
@pytest.mark.parametrize("several", [1, 2, None])
def test_kept(body, several):
    """What is well-formed comes back as it was sent."""
    endpoint = "chat" if body is CHAT else "completions"
    assert validate(endpoint, json.dumps(body | {"n": several}).encode())["n"] == several


@pytest.mark.parametrize(("body", "reason"), OLD)
def test_before_april_2026(body, reason):
    """Then, the status was 422 and each place began with ``body``."""
    refused = refusal("chat", body, Validation(status=422, prefix="body."))
    assert (refused.status, refused.facts) == (422, {"reason": reason})
    assert refusal("chat", body).status == 400


@pytest.mark.parametrize("endpoint", ["models", "model", "public_models", "warming"])
def test_endpoints_without_body(endpoint):
    """Where no body is expected, none is read."""
    assert validate(endpoint, b"not json") == {}


@pytest.mark.skipif(not CASES.is_file(), reason="the contract is not part of the repository")
def test_contract():
    """Every case of the contract is answered with its bytes."""
    contract = json.loads(CASES.read_text("utf-8"))
    for case in contract["cases"]:
        body = {**contract["base"], **case.get("fragment", {})}
        kept = {name: value for name, value in body.items() if name not in case.get("omit", ())}
        raw = case["raw"].encode() if "raw" in case else json.dumps(kept).encode()
        if case["status"] == 200:
            assert validate("chat", raw), case["case"]
            continue
        refused = refusal("chat", raw)
        problem = problems()[refused.problem]
        said = {
            "message": case["message"],
            "type": "invalid_request_error",
            "param": "validation_error",
            "code": "wrong_api_format",
        }
        expected = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
        assert problem.body(refused.facts) == expected, case["case"]
        assert (problem.status, refused.status) == (case["status"], case["status"])
