"""
Bodies that the API refuses as a whole: parameters that conflict, or that a model does not accept.

A row applies only if the API sent the message that the row expects. In 2025 the API did not name
the place of a response format, so the rows on formats read the format in the body.
"""

from __future__ import annotations

from collections.abc import Callable

from mockserver.api.contract.edition_settings import Check
from mockserver.core.messages import dicts

from . import refused_schemas
from .mistake import Mistake
from .refusal_lines import lines, shown
from .setup import Setup

_REFERENCE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_STRUCTURED = "https://inference-docs.cerebras.ai/capabilities/structured-outputs"
_TOOLS = "https://inference-docs.cerebras.ai/capabilities/tool-use"


def _format(it: Setup) -> object:
    """Return the response format, or its type."""
    form = it.body.get("response_format")
    return form.get("type") if isinstance(form, dict) else form


def _refused_format(it: Setup) -> bool:
    """Return whether the API refused the response format; in 2025 it did not name the place."""
    return any(one.place[0] == "response_format" or one.path == "type" for one in lines(it))


def _lacks_schema(it: Setup) -> bool:
    form = it.body.get("response_format")
    if not isinstance(form, dict) or not _refused_format(it):
        return False
    return form.get("type") == "json_schema" and not isinstance(form.get("json_schema"), dict)


def _lacks_name(it: Setup) -> bool:
    form = it.body.get("response_format")
    inner = form.get("json_schema") if isinstance(form, dict) else None
    return isinstance(inner, dict) and "name" not in inner and _refused_format(it)


def _is_other_format(it: Setup) -> bool:
    form = it.body.get("response_format")
    known = isinstance(form, dict) and form.get("type") in ("text", "json_object", "json_schema")
    return "response_format" in it.body and _refused_format(it) and not known


def _tools_with_dots(it: Setup) -> list[str]:
    functions = (tool.get("function") for tool in dicts(it.body.get("tools")))
    names = (str(one.get("name")) for one in functions if isinstance(one, dict))
    return [name for name in names if "." in name]


def _says(text: str, param: str | None = None) -> Callable[[Setup], bool]:
    """Return the condition that the refusal has this message about this parameter."""

    def when(it: Setup) -> bool:
        error = it.error or {}
        told = it.code == "wrong_api_format" and text in str(error.get("message", ""))
        return told and (param is None or error.get("param") == param)

    return when


def _is_written(it: Setup, check: Check) -> bool:
    """Return whether the body was found in code, not in a request, and the API makes this check."""
    written = it.error is None and not it.path and it.at_cerebras
    return written and check not in it.edition.validation.waives


def _sets_two_limits(it: Setup) -> bool:
    limits = [it.body.get(name) for name in ("max_tokens", "max_completion_tokens")]
    return _is_written(it, "two_token_limits") and all(type(one) is int for one in limits)


def _wants_several(it: Setup) -> bool:
    several = it.body.get("n")
    return _is_written(it, "n_greater_than_1") and type(several) is int and several > 1


def _facts(it: Setup) -> dict[str, object]:
    told = str((it.error or {}).get("message", ""))
    name, place = refused_schemas.keyword(it, told)
    return {
        "format": shown(_format(it)),
        "dotted": ", ".join(_tools_with_dots(it)[:3]),
        "open": refused_schemas.open_object(it) or "the schema",
        "root": shown(refused_schemas.root(it)),
        "bare": refused_schemas.bare_object(it) or "the schema",
        "keyword": name,
        "schema": place or "the schema",
        "effort": shown(it.body.get("reasoning_effort")),
        "several": shown(it.body.get("n")),
        "told": " ".join(told.split()),
    }


def _whole(
    name: str, when: Callable[[Setup], object], what: str, fix: str, source: str = _REFERENCE
) -> Mistake:
    return Mistake(name, lambda it: bool(when(it)), what, fix, source, facts=_facts)


FORMATS = (
    _whole(
        "format-without-schema",
        _lacks_schema,
        "response_format has the type 'json_schema', but no json_schema",
        "send response_format={{'type': 'json_schema', 'json_schema': {{'name': ..., 'strict': "
        "true, 'schema': ...}}}}",
        _STRUCTURED,
    ),
    _whole(
        "format-without-name",
        _lacks_name,
        "response_format.json_schema has no name",
        "add response_format.json_schema.name",
        _STRUCTURED,
    ),
    _whole(
        "unknown-format",
        _is_other_format,
        "response_format is {format}, which this API does not know",
        "send {{'type': 'json_object'}}, or {{'type': 'json_schema', 'json_schema': ...}}",
        _STRUCTURED,
    ),
)
COMBINATIONS = (
    _whole(
        "two-token-limits",
        lambda it: _says("max_completion_tokens cannot both be set")(it) or _sets_two_limits(it),
        "the body has max_tokens and max_completion_tokens, but the API accepts only one of them",
        "send max_completion_tokens only",
        "https://github.com/anomalyco/opencode/issues/43716",
    ),
    _whole(
        "several-answers",
        lambda it: _says('"n" > 1 is not')(it) or _wants_several(it),
        "n is {several}, but this API gives one answer per request",
        "leave n out, and send the request several times",
    ),
    _whole(
        "json-object-stream",
        _says("'json_object' is not supported with stream"),
        "response_format has the type 'json_object', which this API does not stream",
        "leave stream out, or send the type 'json_schema'",
        "https://github.com/anomalyco/opencode/issues/992",
    ),
    _whole(
        "tools-and-format",
        _says('"tools" is incompatible with "response_format"'),
        "the body has tools and response_format, but this API accepts only one of them",
        "leave one of them out, or define the answer as another tool, with 'strict': true",
        _STRUCTURED,
    ),
    _whole(
        "tool-choice-without-tools",
        _says("'tool_choice' is only allowed"),
        "the body has tool_choice, but no tools",
        "leave tool_choice out if there are no tools",
        _TOOLS,
    ),
    _whole(
        "image-to-a-text-model",
        _says("Images are not supported by this model"),
        "the messages have an image, but {it.model} reads only text",
        "take the images out of the messages, or ask a model with vision",
        "https://inference-docs.cerebras.ai/models/overview",
    ),
    _whole(
        "image-by-url",
        _says("Images must be sent as base64"),
        "the messages have the URL of an image, which this API does not fetch",
        "send the image itself, as a data URI in base64",
        _REFERENCE,
    ),
    _whole(
        "unsupported-effort",
        _says("is not supported by this model", "reasoning_effort"),
        "reasoning_effort is {effort}, which {it.model} does not accept",
        "leave it out, or send another effort: 'low', 'medium' or 'high'",
        "https://inference-docs.cerebras.ai/capabilities/reasoning",
    ),
    _whole(
        "answer-without-call",
        _says("must be a response to a preceeding message with 'tool_calls'"),
        "a message with the role 'tool' answers no call, because no earlier message has tool_calls",
        "send the assistant's message with its tool_calls before the answers of the tools",
        "https://github.com/langchain-ai/langchainjs/issues/8643",
    ),
    _whole(
        "mixed-strict",
        _says("mixed values for 'strict'"),
        "some tools have 'strict': true and some do not",
        "set strict to the same value in all tools",
        _TOOLS,
    ),
    _whole(
        "dotted-tool-name",
        lambda it: _says("Failed to compile the JSON schema")(it) and _tools_with_dots(it),
        "the name of a tool has a dot in it: {dotted}",
        "use letters, digits, - and _ in the names of tools",
        "https://github.com/redhat-community-ai-tools/UnifAI/pull/266",
    ),
    _whole(
        "open-schema",
        _says("'additionalProperties' is required"),
        "{open} allows other properties, but a strict schema must forbid them",
        "set 'additionalProperties': false in each object of the schema",
        "https://github.com/agno-agi/agno/issues/6013",
    ),
    _whole(
        "object-without-properties",
        _says("Object fields require at least one of"),
        "{bare} is an object without properties, which no strict schema may have",
        "give the object properties, or use a text instead of the object",
        _STRUCTURED,
    ),
    _whole(
        "schema-root",
        lambda it: _says("", "response_format")(it) and refused_schemas.root(it),
        "the root of response_format.json_schema.schema is {root}, but the root of a strict "
        "schema must be an object",
        "put the schema into an object: {{'type': 'object', 'properties': {{'answer': ...}}, "
        "'required': ['answer'], 'additionalProperties': false}}",
        _STRUCTURED,
    ),
    _whole(
        "schema-keyword",
        lambda it: (
            _says("", "response_format")(it)
            and refused_schemas.keyword(it, str((it.error or {}).get("message", "")))[1]
        ),
        "{schema} has {keyword}, which strict schemas of this API do not support",
        "remove {keyword}, and check the value in the app",
        "https://github.com/elizaOS/eliza/pull/11156",
    ),
    _whole(
        "strict-schema",
        lambda it: _says("schema", "response_format")(it) or _says("Schema", "response_format")(it),
        "the API does not support the strict schema: {told}",
        "change the schema, or leave strict out",
        _STRUCTURED,
    ),
)
