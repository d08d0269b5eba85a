"""
The variables from which clients read a base URL, and what they are while the mock is active.

The official SDK wants ``CEREBRAS_BASE_URL`` without ``/v1``, other clients want it with it: no
value is right for both, and a client must not fail for the one that the plugin has chosen. So an
address that the plugin makes up has a path under which both are answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from mockserver.api.contract.routes import ANY_VERSION

_NAMES = ("CEREBRAS_BASE_URL", "CEREBRAS_API_BASE", "OPENAI_BASE_URL")
_WITH_VERSION = frozenset({"CEREBRAS_API_BASE", "OPENAI_BASE_URL"})
_API = "cerebras.ai"


def base_urls(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that point at the mock at a URL; the environment is that outside."""
    return {name: _address(url, name, environment.get(name, "")) for name in _NAMES}


def _address(url: str, name: str, known: str) -> str:
    """
    Return an address at the mock.

    Where somebody else has set the variable, to what tells whether it should have ``/v1``, so it
    is; a mistake in it is as wrong as at the real API.
    """
    path = _path(known)
    if path is not None:
        return url + path
    return url + ANY_VERSION + ("v1/" if name in _WITH_VERSION else "")


def _path(known: str) -> str | None:
    """Return the path that an address of the user's has at the API; None where it has none."""
    try:
        parts = urlsplit(known)
        host = parts.hostname or ""
    except ValueError:  # no address at all
        return None
    if f".{host}".endswith(f".{_API}"):
        return None if parts.path.startswith(ANY_VERSION) else parts.path
    if parts.path.startswith(ANY_VERSION):
        return None
    return "/v1" if parts.path.rstrip("/").endswith("/v1") else None
