"""The table of methods, paths and endpoints, and how to find an endpoint in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from .problem import RefusalError

Endpoint = Literal[
    "chat",
    "completions",
    "models",
    "model",
    "public_models",
    "public_model",
    "warming",
    "upload_file",
    "files",
    "file",
    "file_content",
    "delete_file",
    "create_batch",
    "batches",
    "batch",
    "cancel_batch",
]
ENDPOINTS: tuple[Endpoint, ...] = get_args(Endpoint)

ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/chat/completions", "chat"),
    ("POST", "/v1/completions", "completions"),
    ("GET", "/v1/models", "models"),
    ("GET", "/v1/models/{id}", "model"),
    ("GET", "/public/v1/models", "public_models"),
    ("GET", "/public/v1/models/{id}", "public_model"),
    ("GET", "/v1/tcp_warming", "warming"),
    ("POST", "/v1/files", "upload_file"),
    ("GET", "/v1/files", "files"),
    ("GET", "/v1/files/{id}", "file"),
    ("DELETE", "/v1/files/{id}", "delete_file"),
    ("GET", "/v1/files/{id}/content", "file_content"),
    ("POST", "/v1/batches", "create_batch"),
    ("GET", "/v1/batches", "batches"),
    ("GET", "/v1/batches/{id}", "batch"),
    ("POST", "/v1/batches/{id}/cancel", "cancel_batch"),
)
WITHOUT_KEY = frozenset({"public_models", "public_model", "warming"})
ANY_VERSION = "/mock/"
"""The path of a base URL that accepts paths with ``/v1`` and without."""

COMPLETING: frozenset[Endpoint | None] = frozenset({"chat", "completions"})


def route(method: str, path: str) -> tuple[Endpoint, str]:
    """
    Return the endpoint and the id in the path, which is empty if it has none.

    HEAD is answered like GET, without a body (RFC 9110, 9.3.2). Raises RefusalError. An unknown
    path or a trailing slash is an empty 404 from the gateway. A wrong method, including OPTIONS, is
    FastAPI's 405 (inferred: none was recorded).
    """
    methods, name = _found(path)
    endpoint = methods.get("GET" if method == "HEAD" else method)
    if endpoint is None:
        raise RefusalError("method_not_allowed", headers=(("allow", _allowed(methods)),))
    return endpoint, name


def named(text: str) -> list[Endpoint]:
    """
    Return the endpoints that a text names: a path, with or without method, version and slashes.

    >>> named("/v1/chat/completions"), named("GET /v1/files"), named("chat.completions")
    (['chat'], ['files'], ['chat'])
    """
    method, _, path = text.rpartition(" ")
    path = "/" + (path if "/" in path else path.replace(".", "/")).strip("/")
    try:
        methods, _ = _found(meant(path))
    except RefusalError:
        return []
    asked = methods.get(method.upper())
    return [asked] if asked else list(methods.values())


def methods_of(endpoint: Endpoint) -> frozenset[str]:
    """Return the methods of an endpoint."""
    found = {method for method, _, name in ROUTES if name == endpoint}
    return frozenset(found | ({"HEAD"} if "GET" in found else set()))


def behind(path: str) -> str | None:
    """
    Return the part of a path after `ANY_VERSION`; None if the path does not begin with it.

    That base URL ends in a slash, so clients may append a second one, which is dropped.

    >>> behind("/mock/v1/models"), behind("/mock//models"), behind("/models")
    ('/v1/models', '/models', None)
    """
    if not path.startswith(ANY_VERSION):
        return None
    return _SLASHES.sub("/", path.removeprefix(ANY_VERSION.rstrip("/")))


def meant(path: str) -> str:
    """
    Return the API's path for one with repeated ``/v1`` or none; other paths stay as they are.

    >>> meant("/models"), meant("/v1/v1/models"), meant("/v1/public/v1/models"), meant("/v1/model")
    ('/v1/models', '/v1/models', '/public/v1/models', '/v1/model')
    """
    bare = _VERSIONS.sub("", path)
    return next((one for one in (f"/v1{bare}", bare) if _is_known(one)), path)


def _by_path() -> dict[str, dict[str, Endpoint]]:
    table: dict[str, dict[str, Endpoint]] = {}
    for method, path, endpoint in ROUTES:
        table.setdefault(path, {})[method] = endpoint
    return table


_FIXED = {path: methods for path, methods in _by_path().items() if "{" not in path}
_PATTERNS = tuple(
    (re.compile(path.replace("{id}", "([^/]+)")), methods)
    for path, methods in _by_path().items()
    if path not in _FIXED
)


_SLASHES = re.compile("/{2,}")
_VERSIONS = re.compile("^(/v1)+(?=/)")


def _is_known(path: str) -> bool:
    return path in _FIXED or any(pattern.fullmatch(path) for pattern, _ in _PATTERNS)


def _found(path: str) -> tuple[Mapping[str, Endpoint], str]:
    if path in _FIXED:
        return _FIXED[path], ""
    for pattern, methods in _PATTERNS:
        if found := pattern.fullmatch(path):
            return methods, found[1]
    raise RefusalError("unknown_path")


def _allowed(methods: Mapping[str, Endpoint]) -> str:
    return ", ".join(f"{method}, HEAD" if method == "GET" else method for method in methods)
