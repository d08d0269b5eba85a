import pytest
from pydantic import TypeAdapter

from mockserver.api.contract.requests import ChatCompletionRequest, CompletionRequest

CHAT = TypeAdapter(ChatCompletionRequest)
TEXT = TypeAdapter(CompletionRequest)
HI = {"role": "user", "content": "hi"}
CALL = {"id": "a1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

FULL = {
    "model": "gpt-oss-120b",
    "messages": [
        {"role": "system", "content": "be brief", "name": None},
        {"role": "developer", "content": [{"type": "text", "text": "and polite"}]},
        {
            "role": "user",
            "name": "ann",
            "content": [
                {"type": "text", "text": "what is it?"},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,", "detail": "low"},
                },
                {"type": "image", "image": "data:image/png;base64,"},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning": "hm",
            "tool_calls": [CALL | {"index": 0}],
        },
        {"role": "tool", "content": "nothing", "tool_call_id": "a1"},
        {"role": "assistant"},
    ],
    "clear_thinking": True,
    "disable_reasoning": False,
    "frequency_penalty": -2,
    "logit_bias": {"50256": -100},
    "logprobs": False,
    "max_completion_tokens": -1,
    "max_tokens": 0,
    "min_completion_tokens": -1,
    "min_tokens": 3,
    "model_parameters": {"any": ["thing"]},
    "n": 1,
    "parallel_tool_calls": True,
    "prediction": {"type": "content", "content": [{"type": "text", "text": "so"}]},
    "presence_penalty": 2,
    "prompt_cache_key": "k" * 1024,
    "reasoning_effort": "high",
    "reasoning_format": "text_parsed",
    "response_format": {"type": "json_schema", "json_schema": {"name": "s", "strict": True}},
    "seed": -7,
    "service_tier": "flex",
    "stop": ["a", "b", "c", "d"],
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 2,
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "tools": [{"type": "function", "function": {"name": "f", "strict": None, "parameters": {}}}],
    "top_logprobs": 20,
    "top_p": 1,
    "user": "u",
}
NEVER_NULL = {"model", "messages", "reasoning_format"}


def test_everything_at_once():
    """A request with every documented key at the edge of its range is valid and kept as it is."""
    assert CHAT.validate_python(FULL) == FULL
    assert set(FULL) == set(ChatCompletionRequest.__annotations__)


@pytest.mark.parametrize("name", sorted(set(FULL) - NEVER_NULL))
def test_null_is_absent(name):
    """Every optional key but one may be null."""
    body = {"model": "m", "messages": [HI], name: None}
    assert CHAT.validate_python(body)[name] is None


@pytest.mark.parametrize(
    "fragment",
    [
        {"stop": "one"},
        {"tool_choice": "none"},
        {"tool_choice": "auto"},
        {"tool_choice": "required"},
        {"response_format": {"type": "text"}},
        {"response_format": {"type": "json_object"}},
        {"prediction": {"type": "content", "content": "so"}},
        {"stream_options": {}},
        {"messages": [HI, {"role": "assistant", "content": [{"type": "text", "text": "x"}]}]},
    ],
)
def test_alternatives(fragment):
    """Where the document has a union, each of its members is valid."""
    body = {"model": "m", "messages": [HI], **fragment}
    assert CHAT.validate_python(body) == body


def test_numbers_in_strings():
    """Numbers in strings are read as numbers, as the API reads them."""
    body = {"model": "m", "messages": [HI], "temperature": "0.5", "max_tokens": "7"}
    valid = CHAT.validate_python(body)
    assert (valid["temperature"], valid["max_tokens"]) == (0.5, 7)


@pytest.mark.parametrize("prompt", ["text", ["a", "b"], [1, 2, 3], [[1], [2, 3]], []])
def test_prompts(prompt):
    """A prompt is a text, texts, tokens, or lists of tokens."""
    assert TEXT.validate_python({"model": "m", "prompt": prompt})["prompt"] == prompt
