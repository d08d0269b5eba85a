"""
The errors in brief: which statuses there are, and what their bodies look like.

The server's published description lists a success and FastAPI's 422 only; this table has the rest.
"""

from __future__ import annotations

from typing import Any

_NULLABLE = {"type": ["string", "null"]}
_FLAT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message", "type", "param", "code"],
    "properties": {
        **{name: {"type": "string"} for name in ("message", "type", "code", "id")},
        "param": _NULLABLE,
    },
}
_DETAIL: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["detail"],
    "properties": {"detail": {"type": "string"}},
}
JSON, TEXT = "application/json", "text/plain"
# status: the media types it comes in, and the schema of its JSON
ERRORS: dict[int, tuple[tuple[str, ...], dict[str, Any]]] = {
    400: ((JSON,), _FLAT),
    401: ((JSON,), _FLAT),
    402: ((JSON,), _FLAT),
    403: ((JSON, TEXT), _DETAIL),
    404: ((JSON, TEXT), _FLAT),
    405: ((JSON,), _DETAIL),
    413: ((TEXT,), {}),
    415: ((JSON, TEXT), {}),
    422: ((JSON,), _FLAT),
    429: ((JSON,), _FLAT),
}
