"""
Judges a client: takes a journal and returns verdicts.

Each rule finds one mistake, and leaves out the innocent behavior that looks like that mistake. A
rule accuses only if the journal leaves no other explanation: it distinguishes threads, compares
waits with a tolerance, and accepts whatever an app may have meant to do.
"""

from __future__ import annotations

from .rules import NAMES, RULES, check_names, judge
from .verdict import Case, Certainty, Rule, Verdict

__all__ = ["NAMES", "RULES", "Case", "Certainty", "Rule", "Verdict", "check_names", "judge"]
