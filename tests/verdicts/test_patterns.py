"""How it is done right: short, and Python."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest

from mockserver.verdicts import RULES
from mockserver.verdicts.patterns import PATTERNS


@pytest.mark.parametrize("lines", [pytest.param(one, id=name) for name, one in PATTERNS.items()])
def test_lines(lines):
    """Five lines at most, that can be read as Python and fit into a report."""
    assert 1 <= len(lines) <= 5
    assert max(map(len, lines)) <= 90
    ast.parse("async def f():\n" + indent("\n".join(lines), "    "))


def test_all_rules():
    """Each rule has one, and there are some for exceptions."""
    assert {rule.name for rule in RULES} < PATTERNS.keys()
    assert {"CerebrasError", "OpenAIError", "HTTPError"} < PATTERNS.keys()
