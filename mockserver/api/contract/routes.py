"""Maps a method and a path to an endpoint."""

from __future__ import annotations

import re
from functools import lru_cache

from .endpoints import ENDPOINTS, Endpoint
from .problem import RefusalError

ANY_VERSION = "/mock/"
"""The path of a base URL. After this path, the API's paths work with and without ``/v1``."""
COMPLETING: frozenset[str | None] = frozenset(
    row.name for row in ENDPOINTS.values() if row.cost == "completion"
)
_SLASHES = re.compile("/{2,}")
_VERSIONS = re.compile("^(/v1)+(?=/)")


def route(method: str, path: str) -> tuple[str, str]:
    """
    Return the endpoint and the id in the path; the id is empty if the path has none.

    HEAD is answered like GET, without a body (RFC 9110, 9.3.2). Raises RefusalError. An unknown
    path or a trailing slash gets an empty 404 from the gateway. A wrong method, including OPTIONS,
    gets FastAPI's 405 (inferred, because none was recorded).
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
    Return the endpoints that a text names by a path, with or without method and version.

    >>> named("/v1/chat/completions"), named("GET /v1/files"), named("chat.completions")
    (['chat'], ['files'], ['chat'])
    """
    method, _, path = text.rpartition(" ")
    path = "/" + (path if "/" in path else path.replace(".", "/")).strip("/")
    rows = _rows(meant(path))
    asked = [row.name for row in rows if row.method == method.upper()]
    return asked or [row.name for row in rows]


def methods_of(endpoint: str) -> frozenset[str]:
    """Return the methods of an endpoint."""
    return frozenset(_methods(ENDPOINTS[endpoint]))


def behind(path: str) -> str:
    """
    Return the rest of a path that begins with `ANY_VERSION`.

    The base URL ends in a slash, so clients can append a second slash, which is dropped.

    >>> behind("/mock/v1/models"), behind("/mock//models")
    ('/v1/models', '/models')
    """
    return _SLASHES.sub("/", path.removeprefix(ANY_VERSION.rstrip("/")))


def known(path: str) -> bool:
    """Return whether an endpoint has the path."""
    return bool(_rows(path))


def methods_at(path: str) -> frozenset[str]:
    """Return the methods of the endpoints that have the path."""
    return frozenset(method for row in _rows(path) for method in _methods(row))


def meant(path: str) -> str:
    """
    Return the API's path for a path that repeats ``/v1`` or lacks it; leave other paths unchanged.

    >>> meant("/models"), meant("/v1/v1/models"), meant("/v1/public/v1/models"), meant("/v1/model")
    ('/v1/models', '/v1/models', '/public/v1/models', '/v1/model')
    """
    bare = _VERSIONS.sub("", path)
    return next((one for one in (f"/v1{bare}", bare) if _rows(one)), path)


@lru_cache(maxsize=256)
def _rows(path: str) -> tuple[Endpoint, ...]:
    """Return the endpoints that have the path: one for each method."""
    return tuple(row for row in ENDPOINTS.values() if row.id_in(path) is not None)


def _methods(row: Endpoint) -> tuple[str, ...]:
    return ("GET", "HEAD") if row.method == "GET" else (row.method,)
