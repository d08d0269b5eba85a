"""
Every known error of the API, by name.

Status, type, param, code and text follow public quotes of real answers; comments mark what was
never published. ``problem`` encodes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .problem import Problem
from .quota import SECONDS

_MIXED_STRICT = (
    "Tools with mixed values for 'strict' are not allowed. "
    "Please set all tools to 'strict: true' or 'strict: false'"
)


def _unsupported(where: str) -> str:
    return f"{where}: property '{where}' is unsupported"


def _quota(kind: Literal["Requests", "Tokens"], period: str) -> Problem:
    many, code = {
        "Requests": ("too many requests sent", "request_quota_exceeded"),
        "Tokens": ("too many tokens processed", "token_quota_exceeded"),
    }[kind]
    text = f"{kind} per {period} limit exceeded - {many}."
    seconds = int(SECONDS[period])
    return Problem(429, text, f"too_many_{kind.lower()}_error", "quota", code, period=seconds)


def _schema(message: str, example: str = "", *, status: int = 400) -> Problem:
    return Problem(status, message, param="response_format", example=example)


PROBLEMS: Mapping[str, Problem] = {
    # the key
    "not_authenticated": Problem(403, "Not authenticated", shape="detail"),
    "not_bearer": Problem(403, "Invalid authentication credentials", shape="detail"),
    "wrong_api_key": Problem(401, "Wrong API Key", param="api_key", code="wrong_api_key"),
    "payment_required": Problem(
        402,
        "Payment required to access this resource. Visit your billing tab.",
        "payment_required_error",
        "quota",
        "payment_required",
    ),
    # the model and its context window
    "model_not_found": Problem(
        404,
        "Model {model} does not exist or you do not have access to it.",
        "not_found_error",
        "model",
        "model_not_found",
    ),
    "model_not_found_unnamed": Problem(
        404,
        "Model does not exist or you do not have access to it.",
        "not_found_error",
        "model",
        "model_not_found",
    ),
    "model_archived": Problem(
        404,
        "Model {model} is archived and unavailable for the organization.",
        "model_archived_error",
        "model",
        "model_archived",
    ),
    "context_length_exceeded": Problem(
        400,
        "Please reduce the length of the messages or completion. "
        "Current length is {length} while limit is {limit}",
        param="messages",
        code="context_length_exceeded",
    ),
    # the body: {reason} is from pydantic, the other problems are examples of it
    "wrong_api_format": Problem(400, "{reason}"),
    "extra_property": Problem(400, _unsupported("store")),
    "extra_property_nested": Problem(400, _unsupported("messages.1.assistant.reasoning_content")),
    "range": Problem(400, "temperature: Input should be less than or equal to 2"),
    "list_length": Problem(
        400,
        "stop.str: Input should be a valid string\n"
        "stop.list[str]: List should have at most 4 items after validation, not 5",
    ),
    "missing_model": Problem(400, "model: Field required"),
    "missing_messages": Problem(400, "messages: Field required"),
    "empty_messages": Problem(
        400, "messages: List should have at least 1 item after validation, not 0"
    ),
    "invalid_json": Problem(400, ": Invalid JSON: invalid escape at line 1 column 26527"),
    "invalid_json_lone_surrogate": Problem(
        400, ": Invalid JSON: lone leading surrogate in hex escape at line 1 column 135"
    ),
    # the same before 2026-04-24; only the text of the last three was quoted
    "extra_property_before_2026_04_24": Problem(
        422, f"{_unsupported('body.maxTokens')}\n{_unsupported('body.thinking')}"
    ),
    "missing_model_before_2026_04_24": Problem(422, "body.model: Field required"),
    "wrong_type_before_2026_04_24": Problem(
        422, "body.messages.0.system.content: Input should be a valid string"
    ),
    "response_format_no_name_2025": Problem(422, "type: Input should be 'text'"),
    # a valid body that asks for something unsupported
    "n_greater_than_1": Problem(400, '"n" > 1 is not currently supported', param="n"),
    "n_greater_than_128": Problem(400, '"n" > 128 is not supported', param="n"),
    "tools_plus_response_format": Problem(
        400, '"tools" is incompatible with "response_format"', param=None
    ),
    "tool_choice_without_tools": Problem(
        400, "'tool_choice' is only allowed when 'tools' are specified", param=None
    ),
    "tool_choice_named_2025": Problem(
        400,
        "Unsupported tool_choice: type='function' function=ChoiceObjectFunction(name={reason}). "
        "Expected 'auto' or 'none'.",
        param="tool_choice",
        example="'Steps'",
    ),
    "mixed_strict": Problem(400, _MIXED_STRICT, param="tools"),
    "mixed_strict_before_2026_04_24": Problem(422, _MIXED_STRICT, param="tools"),
    "strict_unsupported": Problem(
        400, "Tools with strict=True are not supported by this model", param=None
    ),
    "parallel_tool_calls_unsupported": Problem(
        400, "parallel_tool_calls=False is not supported by this model.", param=None
    ),
    "tool_name_grammar": Problem(400, "Failed to compile the JSON schema grammar", param=None),
    "orphan_tool": Problem(
        400,
        "Messages with role 'tool' must be a response to a preceeding message with 'tool_calls'",
        param="messages",
    ),
    "none_not_iterable": Problem(400, "'NoneType' object is not iterable", param="messages"),
    "tool_generation": Problem(
        400,
        "Failed to generate tool_calls. Exception: Failed to generate tool call "
        "but tool_choice = 'required'.",
        "generation_error",
        None,
        "parser_error",
    ),
    # refused according to the documentation; the texts of these eight were never published
    "two_token_limits": Problem(
        400, "max_tokens and max_completion_tokens cannot both be set", param="max_tokens"
    ),
    "reasoning_effort_unsupported": Problem(
        400,
        "reasoning_effort {reason} is not supported by this model",
        param="reasoning_effort",
        example="'none'",
    ),
    "reasoning_format_unsupported": Problem(
        400,
        "reasoning_format {reason} is not supported by this model",
        param="reasoning_format",
        example="'raw'",
    ),
    "json_object_stream": Problem(
        400,
        "response_format of type 'json_object' is not supported with stream",
        param="response_format",
    ),
    "images_unsupported": Problem(400, "Images are not supported by this model", param="messages"),
    "image_by_url": Problem(
        400, "Images must be sent as base64 data URIs, not by URL", param="messages"
    ),
    "too_many_images": Problem(
        400, "At most {reason} images are allowed in a request", param="messages", example="5"
    ),
    "image_format": Problem(400, "Images must be PNG or JPEG, encoded in base64", param="messages"),
    # schemas that strict output does not support; the order of names in Python's sets varies
    "schema_object_without_properties": _schema(
        "Object fields require at least one of: 'properties' or 'anyOf' "
        "with a list of possible properties."
    ),
    "schema_additional_properties": _schema(
        "'additionalProperties' is required to be supplied and set to false."
    ),
    "schema_unsupported_fields": _schema(
        "Unsupported JSON schema fields: {reason}", "{'minItems', 'items'}"
    ),
    "schema_without_type": _schema(
        "Unsupported JSON schema fields in schema with keys: {reason}", "dict_keys([])"
    ),
    "schema_invalid_fields": _schema(
        "Invalid fields for schema with types {reason}", "['string']: {'maxLength'}"
    ),
    "schema_invalid_array_fields": _schema(
        "Invalid fields for schema with types ['array']: {'minItems', 'maxItems'}"
    ),
    "schema_invalid_string_fields": _schema(
        "Invalid fields for schema with types ['string']: {'format'}"
    ),
    "schema_extra_top_level_keys": _schema(
        "Extra top level keys found in JSON schema: {reason}.", "{'allOf'}"
    ),
    "schema_timeout": _schema(
        "Timed out while updating the structured output state machine", status=422
    ),
    # the documented limits of schemas; the texts of these six were never published
    "schema_too_long": _schema("JSON schema is longer than 5000 characters."),
    "schema_too_deep": _schema("JSON schema is nested more than 10 levels deep."),
    "schema_too_many_properties": _schema("JSON schema has more than 500 properties."),
    "schema_too_many_enum_values": _schema("JSON schema has more than 500 enum values."),
    "schema_recursive": _schema("Recursive JSON schemas are not supported."),
    "schema_reference": _schema(
        "JSON schema reference {reason} does not lead to '$defs'.", "'#/definitions/Step'"
    ),
    # the mock found no value for the schema; the real API has no such error
    "schema_without_value": _schema(
        "{reason}", "No value was found in the JSON Schema: its bounds leave no number"
    ),
    # files and batches: the endpoints are documented, their errors were never published
    "resource_not_found": Problem(404, "{reason}", "not_found_error", "id", "not_found"),
    # rate limits
    "requests_per_second": _quota("Requests", "second"),
    "requests_per_minute": _quota("Requests", "minute"),
    "requests_per_hour": _quota("Requests", "hour"),
    "requests_per_day": _quota("Requests", "day"),
    "tokens_per_minute": _quota("Tokens", "minute"),
    "tokens_per_hour": _quota("Tokens", "hour"),
    "tokens_per_day": _quota("Tokens", "day"),
    "queue_exceeded": Problem(
        429,
        "We're experiencing high traffic right now! Please try again soon.",
        "too_many_requests_error",
        "queue",
        "queue_exceeded",
    ),
    # errors of the server
    "server_error": Problem(
        500,
        "Encountered a server error, please try again.",
        "server_error",
        "",
        "",
        has_id=True,
    ),
    "service_unavailable": Problem(  # the status was reported, its body was never published
        503,
        "The service is temporarily unavailable, please try again.",
        "server_error",
        "",
        "service_unavailable",
    ),
    "stream_error": Problem(  # the same in the middle of a stream
        500, "Encountered a server error, please try again.", "server_error", "", "", "event"
    ),
    # the mock's own, never the API's: it has lost the store of its state
    "mock_state_lost": Problem(
        503,
        "The mock has lost the store that it shares with others: cerebras-mock serve --state.",
        "mock_error",
        None,
        "mock_state_lost",
    ),
    # errors of the edge; its pages were never published
    "malformed_request": Problem(400, "Bad Request", shape="html"),  # the request is not valid HTTP
    "request_timeout": Problem(408, "Request Timeout", shape="html"),
    "bad_gateway": Problem(502, "Bad gateway", shape="html"),
    "gateway_timeout": Problem(504, "Gateway time-out", shape="html"),
    "unknown_path": Problem(404, shape="empty"),
    "method_not_allowed": Problem(405, "Method Not Allowed", shape="detail"),  # as FastAPI does
    "content_too_large": Problem(413, "Payload Too Large", shape="html"),
    "edge_block": Problem(403, "Sorry, you have been blocked", shape="html"),
    "edge_bot_block": Problem(403, "error code: 1010", shape="text"),
}
