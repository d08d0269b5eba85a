"""
Validates the parameters in the query and in the header fields of a request.

The parameter ``format`` comes from the server's own OpenAPI document. Unknown names in a query are
ignored, as in FastAPI. The only header field whose value is checked is ``queue_threshold`` (50 to
20,000 ms, a documented private preview). Other header fields are accepted with any value:
``X-Cerebras-Version-Patch`` (a documented pin of the API's version), ``X-delay-time``, ``CF-RAY``
and ``X-Amz-Cf-Id``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.core.adapters import adapter

from .decoding import bad_request
from .validation import refusal

_SHORTEST, _LONGEST = 50, 20_000  # ms, of a queue_threshold


def read_query(endpoint: str, query: str) -> dict[str, Any]:
    """
    Return the parameters that the endpoint has; if a name occurs twice, the last value counts.

    Raises RefusalError with the API's validation messages. In these messages the place of
    an error is ``query.NAME``, as in FastAPI (inferred).
    """
    kind = ENDPOINTS[endpoint].query
    if kind is None or not query:
        return {}
    try:
        valid: dict[str, Any] = adapter(kind).validate_python(
            dict(parse_qsl(query, keep_blank_values=True))
        )
    except ValidationError as error:
        raise refusal(error, within="query.") from error
    return valid


def check_fields(headers: Mapping[str, str]) -> None:
    """Raise RefusalError for an invalid header field; the API does not document the message."""
    threshold = headers.get("queue_threshold")
    if threshold is None:
        return
    number = re.fullmatch(r"\d{1,9}(\.\d+)?", threshold.strip())
    if number is None or not _SHORTEST <= float(number[0]) <= _LONGEST:
        raise bad_request(
            f"queue_threshold: Input should be from {_SHORTEST} to {_LONGEST} milliseconds"
        )
