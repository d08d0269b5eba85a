"""Mistakes in the address of a request: its base URL, host, path and method."""

from __future__ import annotations

import re

from .mistake import Mistake
from .setup import Setup

_TWICE = re.compile(r"/v1/+v1(/|$)")


def _has_v1_twice(it: Setup) -> bool:
    return _TWICE.search(it.asked) is not None


ADDRESSES = (
    Mistake(
        "two-v1",
        _has_v1_twice,
        "the path has /v1 twice: {it.asked}",
        "leave /v1 out of the base URL: the Cerebras SDK adds it",
        "https://github.com/Cerebras/cerebras-cloud-sdk-python/issues",
    ),
)
