"""From the bytes of a body to a plain dictionary, or to the API's own sentence about it."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.requests import ChatCompletionRequest, CompletionRequest
from mockserver.api.contract.routes import Endpoint
from mockserver.api.contract.shapes import Validation

_BODIES: dict[Endpoint, TypeAdapter[Any]] = {
    "chat": TypeAdapter(ChatCompletionRequest),
    "completions": TypeAdapter(CompletionRequest),
}
Valid = TypeVar("Valid")
_TODAY = Validation()
_MOST_ERRORS = 10_000
_SENTENCES = {
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "bool_type": "Input should be a valid boolean",
    "dict_type": "Input should be an object",
    "enum": "Input should be {expected}",
    "extra_forbidden": "property '{where}' is unsupported",
    "finite_number": "Input should be a finite number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "float_type": "Input should be a valid number",
    "greater_than_equal": "Input should be greater than or equal to {ge:.15g}",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_parsing_size": "Unable to parse input string as an integer, exceeded maximum size",
    "int_type": "Input should be a valid integer",
    "json_invalid": "Invalid JSON: {error}",
    "less_than_equal": "Input should be less than or equal to {le:.15g}",
    "list_type": "Input should be a valid array",
    "literal_error": "Input should be {expected}",
    "missing": "Field required",
    "string_too_long": "String should have at most {max_length} character{s}",
    "string_type": "Input should be a valid string",
    "too_long": (
        "{field_type} should have at most {max_length} item{s} after validation, "
        "not {actual_length}"
    ),
    "too_short": (
        "{field_type} should have at least {min_length} item{s} after validation, "
        "not {actual_length}"
    ),
    "union_tag_invalid": (
        "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: "
        "{expected_tags}"
    ),
    "union_tag_not_found": "Unable to extract tag using discriminator {discriminator}",
}
"""
The API's words. They are those of pydantic, but for the unknown property, and stand here because
other versions of pydantic may have others. What is wrong with JSON only the parser can say.
"""


def validate(endpoint: Endpoint, body: bytes, how: Validation = _TODAY) -> dict[str, Any]:
    """
    Return the body as a dictionary; an endpoint without a body gives an empty one.

    Raises RefusalError with one line for each thing that is wrong, worded as the API words it,
    with the status and the prefix that it has in the edition.
    """
    adapter = _BODIES.get(endpoint)
    if adapter is None:
        return {}
    valid: dict[str, Any] = checked(adapter, body, how)
    return valid


def checked(adapter: TypeAdapter[Valid], body: bytes, how: Validation = _TODAY) -> Valid:
    """Return the body as the adapter reads it. Raises RefusalError."""
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        few = error.error_count() <= _MOST_ERRORS
        # no name for the error, which knows this frame and so the body
        raise refusal(
            error if few else _first_errors(adapter, body), within=how.prefix, status=how.status
        ) from error


def _first_errors(adapter: TypeAdapter[Any], body: bytes) -> ValidationError:
    """Return what is wrong in the first items of lists: to list a million errors takes minutes."""
    parsed, most = json.loads(body), 100
    while True:
        try:
            adapter.validate_json(json.dumps(_beginning(parsed, most)))
        except ValidationError as error:
            return error
        most *= 10


def _beginning(value: Any, most: int) -> Any:
    """Return the JSON value with no list longer than that."""
    if isinstance(value, list):
        return [_beginning(item, most) for item in value[:most]]
    if isinstance(value, dict):
        return {name: _beginning(item, most) for name, item in value.items()}
    return value


def refusal(error: ValidationError, *, within: str = "", status: int | None = None) -> RefusalError:
    """Return the API's answer to the error; ``within`` is put before each place."""
    details = error.errors(include_url=False, include_input=False)
    reason = "\n".join(_sentence(one, within) for one in details)
    return RefusalError("wrong_api_format", {"reason": reason}, status=status)


def _sentence(error: ErrorDetails, within: str) -> str:
    where = within + ".".join(map(str, error["loc"]))
    where = where if error["loc"] else where.removesuffix(".")  # the body as a whole
    known = _SENTENCES.get(error["type"])
    if known is None:
        return f"{where}: {error['msg']}"
    facts = error.get("ctx", {})
    most = facts.get("max_length", facts.get("min_length"))
    return f"{where}: {known.format(**facts, where=where, s='' if most == 1 else 's')}"
