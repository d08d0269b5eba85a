"""
The parameters of a request besides its body: query and header fields.

``format`` comes from the server's own OpenAPI document. Unknown names in a query are ignored, as
FastAPI ignores them. The only header field whose value is checked is ``queue_threshold`` (50 to
20,000 ms, a documented private preview). Others are accepted with any value:
``X-Cerebras-Version-Patch`` (a documented pin of the API's version), ``X-delay-time``, ``CF-RAY``
and ``X-Amz-Cf-Id``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypeAlias
from urllib.parse import parse_qsl

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from mockserver.api.contract.routes import Endpoint

from .decoding import bad_request
from .validation import refusal

ModelFormat: TypeAlias = Literal["default", "openrouter", "huggingface"]
_SHORTEST, _LONGEST = 50, 20_000  # ms, of a queue_threshold


class Catalogue(TypedDict):
    """The query of the lists of models and of their records."""

    format: NotRequired[ModelFormat]


class Page(TypedDict):
    """The query of the lists of files and batches, as in the OpenAI API."""

    after: NotRequired[str]
    limit: NotRequired[Annotated[int, Field(ge=1, le=10_000)]]
    purpose: NotRequired[str]


_CATALOGUE: TypeAdapter[Any] = TypeAdapter(Catalogue)
_PAGE: TypeAdapter[Any] = TypeAdapter(Page)
_QUERIES: dict[Endpoint, TypeAdapter[Any]] = {
    "models": _CATALOGUE,
    "model": _CATALOGUE,
    "public_models": _CATALOGUE,
    "public_model": _CATALOGUE,
    "files": _PAGE,
    "batches": _PAGE,
}


def read_query(endpoint: Endpoint, query: str) -> dict[str, Any]:
    """
    Return the parameters that an endpoint knows; the last one of a name counts.

    Raises RefusalError with the API's validation messages, at ``query.NAME`` as in FastAPI
    (inferred).
    """
    adapter = _QUERIES.get(endpoint)
    if adapter is None or not query:
        return {}
    try:
        valid: dict[str, Any] = adapter.validate_python(
            dict(parse_qsl(query, keep_blank_values=True))
        )
    except ValidationError as error:
        raise refusal(error, within="query.") from error
    return valid


def check_fields(headers: Mapping[str, str]) -> None:
    """Raise RefusalError for an invalid header field; the API does not document its message."""
    threshold = headers.get("queue_threshold")
    if threshold is None:
        return
    number = re.fullmatch(r"\d{1,9}(\.\d+)?", threshold.strip())
    if number is None or not _SHORTEST <= float(number[0]) <= _LONGEST:
        raise bad_request(
            f"queue_threshold: Input should be from {_SHORTEST} to {_LONGEST} milliseconds"
        )
