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
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from mockserver.api.contract.endpoints import ENDPOINTS

from .decoding import bad_request
from .validation import refusal

_PATIENCE = range(50, 20_001)  # ms


def read_query(endpoint: str, query: str) -> dict[str, Any]:
    """
    Return what the endpoint knows of its query; the last of several equal names counts.

    Raises RefusalError in the words of the API's validation, at ``query.NAME`` as FastAPI has it
    (inferred).
    """
    adapter = ENDPOINTS[endpoint].query
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
