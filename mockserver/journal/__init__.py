"""The journal, which keeps exchanges and the calls to which they belong."""

from __future__ import annotations

from .exchange import Exchange, asked_of
from .journal import Call, Journal, Ongoing
from .retention import Retention
from .served import Served, ServedCall
from .status_looks import StatusLook

__all__ = [
    "Call",
    "Exchange",
    "Journal",
    "Ongoing",
    "Retention",
    "Served",
    "ServedCall",
    "StatusLook",
    "asked_of",
]
