"""Scenarios: which requests are answered how, as typed YAML."""

from __future__ import annotations

from . import steering
from .fates import Fate
from .loader import Loaded, automatic, load, loaded, names, parse, read, tagged
from .matching import Match, Prompt
from .model import Rule, Scenario, Spent, State
from .near_misses import Missed, NearMiss, told
from .patterns import Range
from .port import Port, PortState
from .run import Choice, Course, Run
from .schedule import Schedule, Window
from .subject import Subject
from .timed_limits import Limit, imposed

__all__ = [
    "Choice",
    "Course",
    "Fate",
    "Limit",
    "Loaded",
    "Match",
    "Missed",
    "NearMiss",
    "Port",
    "PortState",
    "Prompt",
    "Range",
    "Rule",
    "Run",
    "Scenario",
    "Schedule",
    "Spent",
    "State",
    "Subject",
    "Window",
    "automatic",
    "imposed",
    "load",
    "loaded",
    "names",
    "parse",
    "read",
    "steering",
    "tagged",
    "told",
]
