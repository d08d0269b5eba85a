"""Which endpoint a method and a path stand for."""

from __future__ import annotations

import re

from .endpoints import ENDPOINTS, Endpoint
from .problem import RefusalError

ANY_VERSION = "/mock/"
"""The path of a base URL under which a path is answered with ``/v1`` and without."""
COMPLETING: frozenset[str | None] = frozenset(
    row.name for row in ENDPOINTS.values() if row.cost == "completion"
)
_SLASHES = re.compile("/{2,}")
_VERSIONS = re.compile("^(/v1)+(?=/)")


def route(method: str, path: str) -> tuple[str, str]:
    """
    Return the name of the endpoint and, for one of several things, its id.

    HEAD is answered where GET is, without a body (RFC 9110, 9.3.2). Raises RefusalError: an unknown
    path and a trailing slash are an empty 404 from the gateway; a wrong method, OPTIONS as any
    other, is FastAPI's 405 (inferred, nobody has recorded one).
    """
    rows = _rows(path)
    if not rows:
        raise RefusalError("unknown_path")
    for row in rows:
        if method in _methods(row):
            return row.name, row.id_in(path) or ""
    allowed = ", ".join(method for row in rows for method in _methods(row))
    raise RefusalError("method_not_allowed", headers=(("allow", allowed),))


def named(text: str) -> list[str]:
    """
    Return the endpoints that a path stands for, with or without its method, version and slashes.

    >>> named("/v1/chat/completions"), named("GET /v1/files"), named("chat.completions")
    (['chat'], ['files'], ['chat'])
    """
    method, _, path = text.rpartition(" ")
    path = "/" + (path if "/" in path else path.replace(".", "/")).strip("/")
    rows = _rows(meant(path))
    asked = [row.name for row in rows if row.method == method.upper()]
    return asked or [row.name for row in rows]


def methods_of(endpoint: str) -> frozenset[str]:
    """Return the methods by which an endpoint is asked."""
    return frozenset(_methods(ENDPOINTS[endpoint]))


def behind(path: str) -> str:
    """
    Return what a client has appended to a base URL with the path `ANY_VERSION`.

    Such an address ends in a slash, so that it can be joined in any way; a second one is dropped.

    >>> behind("/mock/v1/models"), behind("/mock//models")
    ('/v1/models', '/models')
    """
    return _SLASHES.sub("/", path.removeprefix(ANY_VERSION.rstrip("/")))


def meant(path: str) -> str:
    """
    Return the path of the API that is meant by one with too many ``/v1`` or none.

    >>> meant("/models"), meant("/v1/v1/models"), meant("/v1/public/v1/models"), meant("/v1/model")
    ('/v1/models', '/v1/models', '/public/v1/models', '/v1/model')
    """
    bare = _VERSIONS.sub("", path)
    return next((one for one in (f"/v1{bare}", bare) if _rows(one)), path)


def _rows(path: str) -> list[Endpoint]:
    """Return the endpoints that have the path: one for each method."""
    return [row for row in ENDPOINTS.values() if row.id_in(path) is not None]


def _methods(row: Endpoint) -> tuple[str, ...]:
    return ("GET", "HEAD") if row.method == "GET" else (row.method,)
