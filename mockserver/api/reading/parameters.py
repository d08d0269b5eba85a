"""
What a request says beside its body: its query and the header fields that mean something.

``format`` is that of the server's own OpenAPI document. Other names in a query are ignored, as
FastAPI ignores them. Of the header fields only ``queue_threshold`` (50 to 20,000 ms, a documented
private preview) has values to check. The rest is taken as it comes: ``X-Cerebras-Version-Patch``
(a documented pin of the API's version), ``X-delay-time``, ``CF-RAY`` and ``X-Amz-Cf-Id``.
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
_PATIENCE = range(50, 20_001)  # ms


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
    Return what the endpoint knows of its query; the last of several equal names counts.

    Raises RefusalError in the words of the API's validation, at ``query.NAME`` as FastAPI has it
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
    """Raise RefusalError for a header field that means nothing; the sentence is ours."""
    threshold = headers.get("queue_threshold")
    if threshold is None:
        return
    number = re.fullmatch(r"\d{1,9}(\.\d+)?", threshold.strip())
    if number is None or not _PATIENCE[0] <= float(number[0]) <= _PATIENCE[-1]:
        raise bad_request(
            f"queue_threshold: Input should be from {_PATIENCE[0]} to {_PATIENCE[-1]} milliseconds"
        )
