"""
What the client did wrong: a journal in, verdicts out.

Each rule finds one mistake of clients, and knows its innocent neighbours. A rule accuses only where
the journal leaves no other explanation: threads are told apart, waits are compared with a
tolerance, and what an app may well have meant is let pass.
"""

from __future__ import annotations

from .rules import NAMES, RULES, check_names, judge
from .verdict import Case, Certainty, Rule, Verdict

__all__ = ["NAMES", "RULES", "Case", "Certainty", "Rule", "Verdict", "check_names", "judge"]
