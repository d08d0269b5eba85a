"""From the bytes of a body to a plain dictionary, or to the API's own sentence about it."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .edition import Validation
from .problem import RefusalError
from .requests import ChatCompletionRequest, CompletionRequest
from .routes import Endpoint

_BODIES: dict[Endpoint, TypeAdapter[Any]] = {
    "chat": TypeAdapter(ChatCompletionRequest),
    "completions": TypeAdapter(CompletionRequest),
}


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
    try:
        valid: dict[str, Any] = adapter.validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        reason = "\n".join(_sentence(one, how.prefix) for one in details)
        facts = {"reason": reason}
        raise RefusalError("wrong_api_format", facts, status=how.status) from error
    return valid


def _sentence(error: ErrorDetails, prefix: str) -> str:
    where = prefix + ".".join(map(str, error["loc"]))
    where = where if error["loc"] else where.removesuffix(".")  # the body as a whole
    if error["type"] == "extra_forbidden":
        return f"{where}: property '{where}' is unsupported"
    return f"{where}: {error['msg']}"
