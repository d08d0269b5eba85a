"""Scenarios: which requests are answered how, as typed YAML."""

from __future__ import annotations

from .loader import describe, load, names, parse
from .matching import Match, Prompt
from .model import Rule, Scenario, Spent
from .port import Port, PortState
from .schedule import Schedule, Window

__all__ = [
    "Match",
    "Port",
    "PortState",
    "Prompt",
    "Rule",
    "Scenario",
    "Schedule",
    "Spent",
    "Window",
    "describe",
    "load",
    "names",
    "parse",
]
