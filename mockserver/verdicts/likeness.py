"""What of a text is about the moment: ids and times, which an app puts into it anew each time."""

from __future__ import annotations

import re

_OF_THE_MOMENT = (
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",  # a UUID
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?",
    r"\d\d?:\d\d(:\d\d)?(\.\d+)?",
    r"\d{9,}(\.\d+)?",  # seconds since the epoch, or less
    r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}",  # a digest, or a random token
)
_MOMENT = re.compile(rf"\b({'|'.join(_OF_THE_MOMENT)})\b", re.IGNORECASE)


def lasting(text: str) -> str:
    """
    Return a text without its ids and times.

    >>> lasting("It is 2026-11-21T10:20:30Z (1795256430.5). Ping 3!")
    'It is * (*). Ping 3!'
    """
    return _MOMENT.sub("*", text)
