"""From the bytes of a body to a plain dictionary, or to the API's own sentence about it."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .problem import RefusalError
from .requests import ChatCompletionRequest, CompletionRequest
from .routes import Endpoint
from .shapes import Validation

_BODIES: dict[Endpoint, TypeAdapter[Any]] = {
    "chat": TypeAdapter(ChatCompletionRequest),
    "completions": TypeAdapter(CompletionRequest),
}
Valid = TypeVar("Valid")


_TODAY = Validation()


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
        raise refusal(error, within=how.prefix, status=how.status) from error


def refusal(error: ValidationError, *, within: str = "", status: int | None = None) -> RefusalError:
    """Return the API's answer to the error; ``within`` is put before each place."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    reason = "\n".join(_sentence(one, within) for one in details)
    return RefusalError("wrong_api_format", {"reason": reason}, status=status)


def _sentence(error: ErrorDetails, within: str) -> str:
    where = within + ".".join(map(str, error["loc"]))
    where = where if error["loc"] else where.removesuffix(".")  # the body as a whole
    if error["type"] == "extra_forbidden":
        return f"{where}: property '{where}' is unsupported"
    return f"{where}: {error['msg']}"
