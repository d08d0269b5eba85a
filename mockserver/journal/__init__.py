"""The journal: exchanges, the calls they belong to, and how much of them is kept."""

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
