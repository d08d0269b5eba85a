"""Scenarios, which define in typed YAML how each request is answered."""

from __future__ import annotations

from . import injection, request_overrides
from .actions import RuleAction
from .loader import automatic, load, loaded, names, parse, read, tagged
from .matching import Match, Prompt
from .model import Condition, Rule, Scenario, Spent, State, StatusPage
from .near_misses import NearMiss, NoMatch, near_miss_lines
from .patterns import Range
from .port import Port, PortState
from .request_view import RequestView
from .run import CallProgress, Decision, Run
from .schedule import Schedule, Window
from .timed_limits import Limit, active_limits

__all__ = ["Limit", "Match", "Port", "Prompt", "Range", "Rule", "RuleAction", "Scenario"]
__all__ += ["Condition", "Schedule", "Spent", "State", "StatusPage", "Window"]
__all__ += ["automatic", "load", "loaded", "names", "parse", "read", "tagged"]
__all__ += ["CallProgress", "Decision", "NearMiss", "NoMatch", "PortState", "RequestView", "Run"]
__all__ += ["active_limits", "injection", "near_miss_lines", "request_overrides"]
