"""
A mock of the Cerebras inference API that breaks on command.

The engine does no input or output: ``Engine.handle(request, now=...)`` returns an exchange with a
plan of the answer, and a server or transport carries out this plan. Import these names to write
scenarios in Python. The server is in ``mockserver.edge``.
"""

from __future__ import annotations

from .api.model.script import Script
from .core.errors import DocumentError, MockServerError, UnknownNameError
from .core.messages import Request
from .engine import Engine
from .faults import FAULTS, Context, Cut, Error, Fault, Latency, Truncate
from .journal import Call, Exchange
from .plan import Close, Data, End, Head, Plan, Wait
from .scenario import (
    Limit,
    Match,
    Prompt,
    Range,
    Rule,
    RuleAction,
    Scenario,
    Schedule,
    Spent,
    State,
    Window,
)

__all__ = ["Limit", "Match", "Prompt", "Range", "Rule", "RuleAction", "Scenario", "Schedule"]
__all__ += ["Script", "Spent", "State", "Window"]
__all__ += ["FAULTS", "Context", "Cut", "Error", "Fault", "Latency", "Truncate"]
__all__ += ["Call", "Engine", "Exchange", "Request"]
__all__ += ["Close", "Data", "End", "Head", "Plan", "Wait"]
__all__ += ["DocumentError", "MockServerError", "UnknownNameError"]
