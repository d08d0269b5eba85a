"""Fields of a body that this API does not know, with their origin and what to use instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from mockserver.api.contract.requests import ChatCompletionRequest, CompletionRequest

from .mistake import Mistake
from .refusal_lines import Line, lines, listed, unknown_fields
from .setup import Setup

_REFERENCE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_KNOWN = sorted({*ChatCompletionRequest.__annotations__, *CompletionRequest.__annotations__})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NEAR = 0.8
_LONGEST = 2 * max(map(len, _KNOWN))  # a longer name resembles no field


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


def _humps(it: Setup) -> list[str]:
    """Return the unknown fields that the API knows in snake case."""
    return [one for one in unknown_fields(it) if one != _snake(one) and _snake(one) in _KNOWN]


def _misspelt(it: Setup) -> str:
    return next((one for one in unknown_fields(it) if _nearest(one)), "")


def _nearest(name: str) -> str:
    near = get_close_matches(name, _KNOWN, n=1, cutoff=_NEAR) if len(name) <= _LONGEST else ()
    return next(iter(near), "")


def _nested(it: Setup) -> list[Line]:
    return [one for one in lines(it) if one.unsupported and len(one.place) > 1]


def _in_messages(it: Setup) -> list[str]:
    return [one.path for one in _nested(it) if one.place[0] == "messages"]


def _facts(it: Setup) -> dict[str, object]:
    humps, misspelt = _humps(it), _misspelt(it)
    return {
        "fields": listed(unknown_fields(it)),
        "humps": listed(humps),
        "snakes": listed([_snake(one) for one in humps]),
        "misspelt": misspelt,
        "nearest": _nearest(misspelt),
        "in_messages": listed(_in_messages(it)),
        "nested": listed([one.path for one in _nested(it)]),
    }


def _of(name: str, fields: Iterable[str], whose: str, fix: str, source: str) -> Mistake:
    """Return a row for fields of other APIs; ``whose`` says where they belong, or what they are."""
    known = frozenset(fields)

    def found(it: Setup) -> list[str]:
        return [one for one in unknown_fields(it) if one in known]

    return Mistake(
        name,
        lambda it: bool(found(it)),
        f"the body has {{found}}: {whose}",
        fix,
        source,
        facts=lambda it: {"found": listed(found(it))},
    )


UNKNOWN_FIELDS = (
    _of(
        "responses-body",
        ("input", "instructions", "max_output_tokens", "previous_response_id", "truncation"),
        "these belong to OpenAI's Responses API, which this API does not have",
        "send chat.completions.create(model=..., messages=[...], max_completion_tokens=...)",
        "https://github.com/openai/openai-agents-python/issues/142",
    ),
    _of(
        "prompt-in-chat",
        ("prompt",),
        "a chat has messages instead",
        "send messages=[{{'role': 'user', 'content': ...}}], or post the body to /v1/completions",
        "https://github.com/xtekky/gpt4free/issues/1989",
    ),
    _of(
        "messages-in-completions",
        ("messages",),
        "/v1/completions takes a prompt instead",
        "post the body to /v1/chat/completions",
        "https://inference-docs.cerebras.ai/api-reference/completions",
    ),
    _of(
        "anthropic-body",
        ("system", "stop_sequences", "anthropic_version", "max_tokens_to_sample"),
        "this is the form of Anthropic's API",
        "send the system prompt as the first of messages, with the role 'system', and send stop "
        "instead of stop_sequences",
        _REFERENCE,
    ),
    _of(
        "gemini-body",
        (
            *("contents", "generationConfig", "generation_config", "systemInstruction"),
            *("system_instruction", "safetySettings", "safety_settings"),
        ),
        "this is the form of Google Gemini's API",
        "send messages=[{{'role': 'user', 'content': ...}}]",
        _REFERENCE,
    ),
    _of(
        "hugging-face-body",
        ("inputs", "parameters"),
        "this is the form of Hugging Face's inference API",
        "send messages=[{{'role': 'user', 'content': ...}}], and send the contents of "
        "parameters as fields of the body",
        _REFERENCE,
    ),
    _of(
        "argument-in-body",
        (
            *("extra_body", "extra_headers", "extra_query", "timeout", "max_retries", "base_url"),
            *("api_key", "api_base", "custom_llm_provider", "num_retries", "default_headers"),
        ),
        "an argument of the client, not a field of the API",
        "pass it to the client; the contents of extra_body belong at the top level of the body",
        "https://inference-docs.cerebras.ai/resources/openai",
    ),
    _of(
        "functions",
        ("functions", "function_call"),
        "these are old names from OpenAI's API",
        "send tools=[{{'type': 'function', 'function': ...}}] and tool_choice",
        "https://inference-docs.cerebras.ai/capabilities/tool-use",
    ),
    Mistake(
        "camel-case-field",
        lambda it: bool(_humps(it)),
        "the body has {humps}, which the API spells differently",
        "write {snakes}",
        "https://github.com/code-yeongyu/oh-my-openagent/issues/321",
        facts=_facts,
    ),
    _of(
        "thinking-field",
        (
            *("thinking", "reasoning", "enable_thinking", "thinking_budget", "budget_tokens"),
            *("chat_template_kwargs", "include_reasoning"),
        ),
        "another vendor's switch for reasoning",
        "send reasoning_effort instead: 'none', 'low', 'medium' or 'high'",
        "https://github.com/code-yeongyu/oh-my-openagent/issues/321",
    ),
    _of(
        "sampling-field",
        (
            *("top_k", "min_p", "typical_p", "top_a", "repetition_penalty", "repeat_penalty"),
            *("do_sample", "num_beams", "use_beam_search", "length_penalty", "ignore_eos"),
        ),
        "this API supports only temperature and top_p for sampling",
        "leave it out",
        "https://github.com/janhq/jan/pull/7928",
    ),
    _of(
        "local-field",
        (
            *("options", "keep_alive", "num_ctx", "num_predict", "n_predict", "max_new_tokens"),
            *("guided_json", "guided_regex", "guided_choice", "grammar", "json_schema"),
        ),
        "only local servers accept this",
        "send max_completion_tokens for the length, response_format for a schema, and leave out "
        "the rest",
        _REFERENCE,
    ),
    _of(
        "router-field",
        ("provider", "models", "route", "transforms", "plugins", "fallbacks"),
        "only routers such as OpenRouter accept this",
        "leave it out if the request goes to Cerebras itself",
        "https://openrouter.ai/docs/features/provider-routing",
    ),
    _of(
        "openai-field",
        (
            *("store", "metadata", "modalities", "audio", "web_search_options", "verbosity"),
            *("safety_identifier", "prompt_cache_retention", "moderation"),
        ),
        "OpenAI's API accepts this, but this API does not",
        "leave it out",
        "https://github.com/Gitlawb/openclaude/issues/740",
    ),
    Mistake(
        "misspelt-field",
        lambda it: bool(_misspelt(it)),
        "the body has {misspelt}, but the field is called {nearest}",
        "write {nearest}",
        _REFERENCE,
        facts=_facts,
    ),
    Mistake(
        "unknown-field",
        lambda it: bool(unknown_fields(it)),
        "the body has {fields}, which this API does not know",
        "leave it out",
        "https://github.com/mnfst/modelparams.dev/pull/115",
        facts=_facts,
    ),
    Mistake(
        "field-in-message",
        lambda it: bool(_in_messages(it)),
        "the messages have fields that this API does not know: {in_messages}",
        "remove these fields from the messages before you send them again",
        "https://github.com/egoist/chatwise-releases/issues/1442",
        facts=_facts,
    ),
)
NESTED_FIELD = Mistake(
    "field-within",
    lambda it: bool(_nested(it)),
    "the body has {nested}, which this API does not know",
    "leave it out",
    _REFERENCE,
    facts=_facts,
)
