"""Validates the bytes of a body into a dictionary, or refuses the body in the API's words."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, SchemaValidator, from_json
from typing_extensions import is_typeddict

from mockserver.api.contract import requests
from mockserver.api.contract.edition_settings import Validation
from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.problem import RefusalError
from mockserver.core.adapters import adapter
from mockserver.core.documents import shipped

_TODAY = Validation()
_LARGE = 64 * 1024  # bytes
_MOST_ERRORS = 1_000
_FIRST = 100
_FIELDS = frozenset(
    name
    for type_ in vars(requests).values()
    if is_typeddict(type_)
    for name in type_.__annotations__
)
"""The names of all fields of all request bodies."""
_UNIONS = frozenset({"content", "prompt", "reasoning", "stop", "tool_choice"})
"""
The fields whose type is a union. The path of an error in such a field contains the name of the
union's member.
"""


def validate(endpoint: str, body: bytes, how: Validation = _TODAY) -> dict[str, Any]:
    """
    Return the body as a dictionary, which is empty for endpoints without a body.

    Raises RefusalError with one line for each error, in the API's words. ``how`` has the
    edition's status of a refusal, and the prefix of its lines.
    """
    kind = ENDPOINTS[endpoint].body
    if kind is None:
        return {}
    reader = adapter(kind)
    try:
        return _read(reader, body)
    except ValidationError as error:
        few = error.error_count() <= _MOST_ERRORS and len(body) <= _LARGE
        # a local variable for the raised error would keep this frame, and with it the body, alive
        found = _details(error) if few else _first_errors(reader, body, error)
        raise _refused(found, how) from error


def _read(whole: TypeAdapter[Any], body: bytes) -> dict[str, Any]:
    """Validate the body; in a large body the validation of a list stops at its first error."""
    reader = whole if len(body) <= _LARGE else _fail_fast(whole)
    valid: dict[str, Any] = reader.validate_json(body)
    return valid


@cache
def _fail_fast(whole: TypeAdapter[Any]) -> SchemaValidator:
    """Return a validator that stops at the first error of each list."""
    return SchemaValidator(_with_fail_fast(whole.core_schema))


def _with_fail_fast(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_fail_fast(item) for item in schema]
    if isinstance(schema, dict):
        fast = {"fail_fast": True} if schema.get("type") == "list" else {}
        return {key: _with_fail_fast(value) for key, value in schema.items()} | fast
    return schema


def _first_errors(
    whole: TypeAdapter[Any], body: bytes, error: ValidationError
) -> list[ErrorDetails]:
    """
    Return the errors in the first items of lists and objects, because listing all takes seconds.

    ``error`` is from the first validation, and shows how many valid items precede the errors.
    """
    try:
        parsed = from_json(body, cache_strings="none")
    except ValueError:
        return _details(error)
    if error.error_count() > _MOST_ERRORS:  # the many unknown fields may hide other errors
        parsed = _beginning(parsed, len(body))
        found = _errors_in(_fail_fast(whole), parsed)
    else:
        found = _details(error)
    places = (part for one in found[:_MOST_ERRORS] for part in one["loc"])
    most = _FIRST + max((part for part in places if isinstance(part, int)), default=0)
    return (_errors_in(whole, _beginning(parsed, most)) or found)[:_MOST_ERRORS]


def _errors_in(reader: TypeAdapter[Any] | SchemaValidator, value: Any) -> list[ErrorDetails]:
    try:
        reader.validate_json(json.dumps(value))
    except ValidationError as error:
        return _details(error)
    return []


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _beginning(value: Any, most: int) -> Any:
    """Return a JSON value with its lists cut to ``most`` items, and with few unknown fields."""
    if isinstance(value, list):
        return [_beginning(item, most) for item in value[:most]]
    if isinstance(value, dict):
        others = islice((name for name in value if name not in _FIELDS), _FIRST)
        return {
            name: _beginning(value[name], most) for name in (*others, *(_FIELDS & value.keys()))
        }
    return value


def refusal(error: ValidationError, *, within: str = "", status: int | None = None) -> RefusalError:
    """Return the API's answer to an error; ``within`` is the beginning of each path."""
    return _refusal(_details(error), within, status)


def _refused(details: list[ErrorDetails], how: Validation) -> RefusalError:
    """Return the edition's answer to errors in a body."""
    if how.union_members:
        return _refusal(details, how.prefix, how.status)
    others = [one for one in details if one["loc"][:1] != ("response_format",)]
    if not others:
        return RefusalError("response_format_no_name_2025", status=how.status)
    return _refusal(_without_members(others), how.prefix, how.status)


def _without_members(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Keep each union's error for its first member, without the name of the member."""
    found: dict[tuple[int | str, ...], ErrorDetails] = {}
    for one in details:
        loc = one["loc"]
        at = next((at for at, name in enumerate(loc[:-1], start=1) if name in _UNIONS), len(loc))
        if loc[:at] not in found or at == len(loc):
            found[loc[:at]] = {**one, "loc": loc[:at]}
    return [*found.values()]


def _refusal(details: list[ErrorDetails], within: str, status: int | None) -> RefusalError:
    reason = "\n".join(_sentence(one, within) for one in details)
    return RefusalError("wrong_api_format", {"reason": reason}, status=status)


def _sentence(error: ErrorDetails, within: str) -> str:
    where = within + ".".join(map(str, error["loc"]))
    where = where if error["loc"] else where.removesuffix(".")  # the body as a whole
    known = _sentences().get(error["type"])
    if known is None:
        return f"{where}: {error['msg']}"
    facts = error.get("ctx", {})
    most = facts.get("max_length", facts.get("min_length"))
    return f"{where}: {known.format(**facts, where=where, s='' if most == 1 else 's')}"


@cache
def _sentences() -> dict[str, str]:
    """Return the API's message for each type of error."""
    found: dict[str, str] = shipped(__package__, "sentences").data
    return found
