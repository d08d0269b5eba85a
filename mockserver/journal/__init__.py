"""The journal: exchanges, the calls they belong to, and how much of them is kept."""

from __future__ import annotations

from .exchange import Exchange
from .journal import Call, Journal
from .retention import Retention
from .served import Served, ServedCall
from .status_looks import StatusLook

__all__ = ["Call", "Exchange", "Journal", "Retention", "Served", "ServedCall", "StatusLook"]
