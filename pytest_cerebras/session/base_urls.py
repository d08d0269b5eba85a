"""
The environment variables for base URLs, and their values while the mock is active.

The official SDK expects ``CEREBRAS_BASE_URL`` without ``/v1``; other clients expect it with
``/v1``. No plain address suits both, and a client must not fail because of a value that the plugin
chose. So the plugin's address has a path under which the mock answers both kinds of client.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from mockserver.api.contract.routes import ANY_VERSION

_NAMES = ("CEREBRAS_BASE_URL", "CEREBRAS_API_BASE", "OPENAI_BASE_URL")
_WITH_VERSION = frozenset({"CEREBRAS_API_BASE", "OPENAI_BASE_URL"})
_API = "cerebras.ai"


def base_urls(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that point to the mock's ``url``, each in the form of the user's value."""
    return {name: _address(url, name, environment.get(name, "")) for name in _NAMES}


def _address(url: str, name: str, known: str) -> str:
    """
    Return the value of a variable, which is an address of the mock.

    If the user's value shows whether the address should end in ``/v1``, the mock's address has the
    same form. So a wrong path in the user's value fails as it would at the real API.
    """
    path = _path(known)
    if path is not None:
        return url + path
    return url + ANY_VERSION + ("v1/" if name in _WITH_VERSION else "")


def _path(known: str) -> str | None:
    """Return the path to keep from the user's address; None if the address shows no preference."""
    try:
        parts = urlsplit(known)
        host = parts.hostname or ""
    except ValueError:  # not a URL
        return None
    if f".{host}".endswith(f".{_API}"):
        return None if parts.path.startswith(ANY_VERSION) else parts.path
    if parts.path.startswith(ANY_VERSION):
        return None
    return "/v1" if parts.path.rstrip("/").endswith("/v1") else None
