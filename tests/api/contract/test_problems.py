import json
from pathlib import Path

import pytest

from mockserver.api.contract.problems import problems

CATALOGUE = Path(__file__).parents[4] / "shared" / "contract" / "errors.json"
FACTS = {"model": "m", "length": 9000, "limit": 8192}
INVALID = ("invalid_request_error", "validation_error", "wrong_api_format")
SCHEMA = ("invalid_request_error", "response_format", "wrong_api_format")
MODEL = ("not_found_error", "model", "model_not_found")
TOO_MANY = ("too_many_requests_error", "quota", "request_quota_exceeded")
TOO_MUCH = ("too_many_tokens_error", "quota", "token_quota_exceeded")
# what pydantic says of a body: name, status, message
FORMAT = [
    ("wrong_api_format", 400, "<reason>"),
    ("extra_property", 400, "store: property 'store' is unsupported"),
    (
        "extra_property_nested",
        400,
        (
            "messages.1.assistant.reasoning_content: "
            "property 'messages.1.assistant.reasoning_content' is unsupported"
        ),
    ),
    ("range", 400, "temperature: Input should be less than or equal to 2"),
    (
        "list_length",
        400,
        (
            "stop.str: Input should be a valid string\n"
            "stop.list[str]: List should have at most 4 items after validation, not 5"
        ),
    ),
    ("missing_model", 400, "model: Field required"),
    ("missing_messages", 400, "messages: Field required"),
    ("empty_messages", 400, "messages: List should have at least 1 item after validation, not 0"),
    ("invalid_json", 400, ": Invalid JSON: invalid escape at line 1 column 26527"),
    (
        "invalid_json_lone_surrogate",
        400,
        ": Invalid JSON: lone leading surrogate in hex escape at line 1 column 135",
    ),
    (
        "extra_property_before_2026_04_24",
        422,
        (
            "body.maxTokens: property 'body.maxTokens' is unsupported\n"
            "body.thinking: property 'body.thinking' is unsupported"
        ),
    ),
    ("missing_model_before_2026_04_24", 422, "body.model: Field required"),
    (
        "wrong_type_before_2026_04_24",
        422,
        "body.messages.0.system.content: Input should be a valid string",
    ),
    ("response_format_no_name_2025", 422, "type: Input should be 'text'"),
]
# what cannot be done: name, param, message
MEANING = [
    ("n_greater_than_1", "n", '"n" > 1 is not currently supported'),
    ("n_greater_than_128", "n", '"n" > 128 is not supported'),
    ("tools_plus_response_format", None, '"tools" is incompatible with "response_format"'),
    (
        "tool_choice_without_tools",
        None,
        "'tool_choice' is only allowed when 'tools' are specified",
    ),
    (
        "tool_choice_named_2025",
        "tool_choice",
        (
            "Unsupported tool_choice: type='function' "
            "function=ChoiceObjectFunction(name='Steps'). Expected 'auto' or 'none'."
        ),
    ),
    (
        "mixed_strict",
        "tools",
        (
            "Tools with mixed values for 'strict' are not allowed. "
            "Please set all tools to 'strict: true' or 'strict: false'"
        ),
    ),
    ("strict_unsupported", None, "Tools with strict=True are not supported by this model"),
    (
        "parallel_tool_calls_unsupported",
        None,
        "parallel_tool_calls=False is not supported by this model.",
    ),
    ("tool_name_grammar", None, "Failed to compile the JSON schema grammar"),
    (
        "orphan_tool",
        "messages",
        "Messages with role 'tool' must be a response to a preceeding message with 'tool_calls'",
    ),
    ("none_not_iterable", "messages", "'NoneType' object is not iterable"),
    ("two_token_limits", "max_tokens", "max_tokens and max_completion_tokens cannot both be set"),
    (
        "reasoning_effort_unsupported",
        "reasoning_effort",
        "reasoning_effort 'none' is not supported by this model",
    ),
    (
        "reasoning_format_unsupported",
        "reasoning_format",
        "reasoning_format 'raw' is not supported by this model",
    ),
    (
        "json_object_stream",
        "response_format",
        "response_format of type 'json_object' is not supported with stream",
    ),
    ("images_unsupported", "messages", "Images are not supported by this model"),
    ("image_by_url", "messages", "Images must be sent as base64 data URIs, not by URL"),
    ("too_many_images", "messages", "At most 5 images are allowed in a request"),
    ("image_format", "messages", "Images must be PNG or JPEG, encoded in base64"),
]
# schemas that cannot be followed: name, message
SCHEMAS = [
    (
        "schema_object_without_properties",
        (
            "Object fields require at least one of: 'properties' or 'anyOf' "
            "with a list of possible properties."
        ),
    ),
    (
        "schema_additional_properties",
        "'additionalProperties' is required to be supplied and set to false.",
    ),
    ("schema_unsupported_fields", "Unsupported JSON schema fields: {'minItems', 'items'}"),
    ("schema_without_type", "Unsupported JSON schema fields in schema with keys: dict_keys([])"),
    (
        "schema_invalid_fields",
        "Invalid fields for schema with types ['string']: {'maxLength'}",
    ),
    (
        "schema_invalid_array_fields",
        "Invalid fields for schema with types ['array']: {'minItems', 'maxItems'}",
    ),
    (
        "schema_invalid_string_fields",
        "Invalid fields for schema with types ['string']: {'format'}",
    ),
    ("schema_extra_top_level_keys", "Extra top level keys found in JSON schema: {'allOf'}."),
    ("schema_timeout", "Timed out while updating the structured output state machine"),
    ("schema_too_long", "JSON schema is longer than 5000 characters."),
    ("schema_too_deep", "JSON schema is nested more than 10 levels deep."),
    ("schema_too_many_properties", "JSON schema has more than 500 properties."),
    ("schema_too_many_enum_values", "JSON schema has more than 500 enum values."),
    ("schema_recursive", "Recursive JSON schemas are not supported."),
    ("schema_reference", "JSON schema reference '#/definitions/Step' does not lead to '$defs'."),
    (
        "schema_without_value",
        "No value was found in the JSON Schema: its bounds leave no number",
    ),
]
FLAT = [
    ("wrong_api_key", 401, "Wrong API Key", ("invalid_request_error", "api_key", "wrong_api_key")),
    (
        "payment_required",
        402,
        "Payment required to access this resource. Visit your billing tab.",
        ("payment_required_error", "quota", "payment_required"),
    ),
    (
        "model_not_found",
        404,
        "Model m does not exist or you do not have access to it.",
        MODEL,
    ),
    (
        "model_not_found_unnamed",
        404,
        "Model does not exist or you do not have access to it.",
        MODEL,
    ),
    (
        "model_archived",
        404,
        "Model m is archived and unavailable for the organization.",
        ("model_archived_error", "model", "model_archived"),
    ),
    (
        "context_length_exceeded",
        400,
        (
            "Please reduce the length of the messages or completion. "
            "Current length is 9000 while limit is 8192"
        ),
        ("invalid_request_error", "messages", "context_length_exceeded"),
    ),
    *((name, status, message, INVALID) for name, status, message in FORMAT),
    *((name, 400, message, (INVALID[0], param, INVALID[2])) for name, param, message in MEANING),
    *(
        (name, 422 if name == "schema_timeout" else 400, message, SCHEMA)
        for name, message in SCHEMAS
    ),
    (
        "mixed_strict_before_2026_04_24",
        422,
        {name: message for name, _, message in MEANING}["mixed_strict"],
        (INVALID[0], "tools", INVALID[2]),
    ),
    (
        "tool_generation",
        400,
        (
            "Failed to generate tool_calls. Exception: "
            "Failed to generate tool call but tool_choice = 'required'."
        ),
        ("generation_error", None, "parser_error"),
    ),
    ("resource_not_found", 404, "<reason>", ("not_found_error", "id", "not_found")),
    *(
        (
            f"requests_per_{period}",
            429,
            f"Requests per {period} limit exceeded - too many requests sent.",
            TOO_MANY,
        )
        for period in ("second", "minute", "hour", "day")
    ),
    *(
        (
            f"tokens_per_{period}",
            429,
            f"Tokens per {period} limit exceeded - too many tokens processed.",
            TOO_MUCH,
        )
        for period in ("minute", "hour", "day")
    ),
    (
        "queue_exceeded",
        429,
        "We're experiencing high traffic right now! Please try again soon.",
        ("too_many_requests_error", "queue", "queue_exceeded"),
    ),
    (
        "service_unavailable",
        503,
        "The service is temporarily unavailable, please try again.",
        ("server_error", "", "service_unavailable"),
    ),
    (
        "mock_state_lost",
        503,
        "The mock has lost the store that it shares with others: cerebras-mock serve --state.",
        ("mock_error", None, "mock_state_lost"),
    ),
]
OTHER = [
    ("not_authenticated", 403, b'{"detail":"Not authenticated"}'),
    ("not_bearer", 403, b'{"detail":"Invalid authentication credentials"}'),
    ("method_not_allowed", 405, b'{"detail":"Method Not Allowed"}'),
    ("unknown_path", 404, b""),
    ("edge_bot_block", 403, b"error code: 1010"),
    (
        "stream_error",
        500,
        (
            b'data: {"status_code":500,"error":{"message":"Encountered a server error, '
            b'please try again.","type":"server_error","param":"","code":"","id":""}}\n\n'
        ),
    ),
    (
        "server_error",
        500,
        (
            b'{"message":"Encountered a server error, please try again.","type":"server_error",'
            b'"param":"","code":"","id":""}'
        ),
    ),
]


PAGES = [
    ("malformed_request", 400, "Bad Request"),
    ("request_timeout", 408, "Request Timeout"),
    ("content_too_large", 413, "Payload Too Large"),
    ("bad_gateway", 502, "Bad gateway"),
    ("gateway_timeout", 504, "Gateway time-out"),
    ("edge_block", 403, "Sorry, you have been blocked"),
]
# entries of the contract that have another name here; the facts are those of its examples
RENAMED = {
    "auth_missing": "not_authenticated",
    "auth_wrong_key": "wrong_api_key",
    "auth_scheme_not_bearer": "not_bearer",
    "model_not_found_without_name": "model_not_found_unnamed",
    "context_overflow": "context_length_exceeded",
    "mixed_strict": "mixed_strict_before_2026_04_24",
}


def test_catalogue_is_complete():
    """The tables of this file name every problem there is."""
    named = [row[0] for row in (*FLAT, *OTHER, *PAGES)]
    assert sorted(named) == sorted(problems())


@pytest.mark.parametrize(("name", "status", "title"), PAGES)
def test_pages(name, status, title):
    """What the edge says of itself is a page."""
    problem = problems()[name]
    assert (problem.status, problem.http_status) == (status, status)
    assert f"<title>api.cerebras.ai | {status}: {title}</title>" in problem.body(FACTS).decode()
    assert problem.content_type == "text/html; charset=UTF-8"


@pytest.mark.parametrize(("name", "status", "message", "rest"), FLAT)
def test_flat(name, status, message, rest):
    """Errors are flat, compact, and have their keys in the API's order."""
    kind, param, code = rest
    body = problems()[name].body(FACTS)
    said = {"message": message, "type": kind, "param": param, "code": code}
    assert body == json.dumps(said, separators=(",", ":")).encode()
    assert problems()[name].status == status
    assert problems()[name].content_type == "application/json"


@pytest.mark.parametrize(("name", "status", "body"), OTHER)
def test_other_shapes(name, status, body):
    """FastAPI's own errors, the edge's and the generic server error have forms of their own."""
    problem = problems()[name]
    assert (problem.status, problem.body(FACTS)) == (status, body)
    kinds = {b"{": "application/json", b"d": "text/event-stream; charset=utf-8"}
    assert problem.content_type == kinds.get(body[:1], "text/plain")


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the contract is not part of the repository")
def test_contract():
    """Every entry of the contract can be had by a name, with its status and its bytes."""
    for entry in json.loads(CATALOGUE.read_text("utf-8"))["errors"]:
        problem = problems()[RENAMED.get(entry["key"], entry["key"])]
        model = "gpt-4o" if entry["key"] == "model_not_found" else "zai-glm-4.7"
        facts = {"model": model, "length": 136333, "limit": 131072}
        said = entry["body"]
        body = json.dumps(said, separators=(",", ":")) if isinstance(said, dict) else said
        expected = f"data: {body}\n\n" if problem.shape == "event" else body
        assert problem.body(facts).decode() == expected, entry["key"]
        assert problem.http_status == entry["status"], entry["key"]
        assert problem.content_type == entry["content_type"], entry["key"]
