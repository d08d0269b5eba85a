"""Scenarios: typed YAML that says how each request is answered."""

from __future__ import annotations

from . import injection, request_overrides
from .actions import RuleAction
from .loader import Loaded, automatic, load, loaded, names, parse, read, tagged
from .matching import Match, Prompt
from .model import Condition, Rule, Scenario, Spent, State, StatusPage
from .near_misses import NearMiss, NoMatch, near_miss_lines
from .patterns import Range
from .port import Port, PortState
from .request_view import RequestView
from .run import CallProgress, Decision, Run
from .schedule import Schedule, Window
from .timed_limits import Limit, active_limits

__all__ = [
    "CallProgress",
    "Condition",
    "Decision",
    "Limit",
    "Loaded",
    "Match",
    "NearMiss",
    "NoMatch",
    "Port",
    "PortState",
    "Prompt",
    "Range",
    "RequestView",
    "Rule",
    "RuleAction",
    "Run",
    "Scenario",
    "Schedule",
    "Spent",
    "State",
    "StatusPage",
    "Window",
    "active_limits",
    "automatic",
    "injection",
    "load",
    "loaded",
    "names",
    "near_miss_lines",
    "parse",
    "read",
    "request_overrides",
    "tagged",
]
