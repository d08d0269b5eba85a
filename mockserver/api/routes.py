"""Which method and path is which endpoint."""

from __future__ import annotations

from typing import Literal, get_args

from .problems import RefusalError

Endpoint = Literal[
    "chat", "completions", "models", "model", "public_models", "public_model", "warming"
]
ENDPOINTS: tuple[Endpoint, ...] = get_args(Endpoint)

_FIXED: dict[str, tuple[str, Endpoint]] = {
    "/v1/chat/completions": ("POST", "chat"),
    "/v1/completions": ("POST", "completions"),
    "/v1/models": ("GET", "models"),
    "/public/v1/models": ("GET", "public_models"),
    "/v1/tcp_warming": ("GET", "warming"),
}
_PREFIXED: dict[str, tuple[str, Endpoint]] = {
    "/v1/models/": ("GET", "model"),
    "/public/v1/models/": ("GET", "public_model"),
}
WITHOUT_KEY = frozenset({"public_models", "public_model", "warming"})


def route(method: str, path: str) -> tuple[Endpoint, str]:
    """
    Return the endpoint and, for one model, its id.

    Raises RefusalError: an unknown path and a trailing slash are an empty 404 from the gateway, a
    wrong method is FastAPI's 405 (inferred, nobody has recorded one).
    """
    found, name = _FIXED.get(path), ""
    if found is None:
        prefix, _, name = path.rpartition("/")
        found = _PREFIXED.get(f"{prefix}/") if name else None
    if found is None:
        raise RefusalError("unknown_path")
    allowed, endpoint = found
    if method != allowed:
        raise RefusalError("method_not_allowed", headers=(("allow", allowed),))
    return endpoint, name
