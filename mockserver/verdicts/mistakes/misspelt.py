"""
Typing errors in the address of the API.

A host with a similar name may belong to somebody else, so a host counts as misspelt only if it has
a single error. Either a letter of "cerebras" is missing, doubled or swapped with the next letter,
or the "api" or the "ai" is misspelt in a common way. The first and last letters of "cerebras" must
be right, because "cerebra" is another name.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from .vendors import OURS

_API, _NAME, _TOP = OURS.split(".")
_APIS = frozenset({"apl", "ap1", "aip", "aapi", "appi", "apii", "pai", "spi", "aoi", "ap"})
_TOPS = frozenset({"al", "a1", "ia", "a", "aii", "aai", "ao", "aio"})
_NAMES = frozenset(
    slip
    for at in range(1, len(_NAME) - 1)
    for slip in (
        _NAME[:at] + _NAME[at + 1 :],
        _NAME[:at] + _NAME[at] + _NAME[at:],
        _NAME[:at] + _NAME[at + 1] + _NAME[at] + _NAME[at + 2 :],
    )
)
_SCHEME = re.compile(rf"([a-z]{{3,7}})([:;/]{{1,4}}){re.escape(OURS)}(?=[:/]|\Z)", re.IGNORECASE)
_HOST = re.compile(r"\A\s*https?://([\w.-]+)", re.IGNORECASE)
_NEAR = 0.7  # "htps" is similar enough to "https", "ftp" is not


def is_host(host: str) -> bool:
    """
    Return whether a host is certainly the host of the API with one typing error.

    >>> is_host("api.cerebas.ai"), is_host("api.cerebras.al"), is_host("app.cerebras.ai")
    (True, True, False)
    """
    match host.lower().split("."):
        case [first, name, top]:
            slips = (first in _APIS, name in _NAMES, top in _TOPS)
            right = (first == _API, name == _NAME, top == _TOP)
            return sum(slips) == 1 and sum(right) == len(right) - 1
        case _:
            return False


def scheme(base_url: str) -> str:
    """
    Return the misspelt scheme of a URL of the API; empty if the scheme is correct or missing.

    >>> scheme("htps://api.cerebras.ai"), scheme("https:/api.cerebras.ai")
    ('htps://', 'https:/')
    """
    found = _SCHEME.match(base_url)
    if found is None or found[0].lower() in (f"https://{OURS}", f"http://{OURS}"):
        return ""
    is_near = get_close_matches(found[1].lower(), ("https", "http"), 1, _NEAR)
    return found[1] + found[2] if is_near else ""


def means_cerebras(base_url: str) -> bool:
    """
    Return whether a base URL names Cerebras, or misspells the host of the API.

    >>> means_cerebras("https://my-gateway/cerebras"), means_cerebras("https://api.cerebas.ai/v1")
    (True, True)
    """
    host = _HOST.search(base_url)
    return "cerebras" in base_url.lower() or (host is not None and is_host(host[1]))
