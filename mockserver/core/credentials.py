"""What is kept of a key: no more than a diagnosis needs."""

from __future__ import annotations

import re
from functools import lru_cache

from .messages import Request

_SCHEMES = ("basic", "bearer", "digest", "token")
# "csk-", "sk-", "gsk_", "hf_", "pplx-": what tells vendors apart and gives nothing away
_PREFIX = re.compile(r"[^-_]{1,4}[-_]")


def without_key(request: Request, body: bytes) -> Request:
    """Return the request with this body, its credentials shortened to what a diagnosis needs."""
    headers = dict(request.headers)
    if "authorization" in headers:
        headers["authorization"] = _shortened(headers["authorization"])
    return Request(
        request.method,
        request.path,
        headers,
        body,
        request.query,
        request.oversized,
        request.sender,
    )


@lru_cache
def _shortened(credentials: str) -> str:
    """
    Keep the scheme and what a key begins with.

    >>> _shortened("Bearer sk-proj-abcdefgh")
    'Bearer sk-...'
    """
    scheme, _, key = " ".join(credentials.split()).partition(" ")
    if scheme.lower() not in _SCHEMES:
        scheme, key = "", scheme
    prefix = _PREFIX.match(key)
    return f"{scheme} {prefix[0] if prefix else ''}...".lstrip()
