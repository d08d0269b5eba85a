"""A finding as a line, and its rank."""

from __future__ import annotations

from mockserver.doctor.finding import Finding


def finding(place="a.py", line=1, severity="error", more=0):
    return Finding(place, line, "rule", severity, "what", "fix", "https://example.com", more)


def test_text():
    """It begins with the place, as editors link it, and ends with the rule."""
    assert finding("a.py", 3).text() == "a.py:3: error: what; fix [rule]"
    assert finding("NAME", 0).text() == "NAME: error: what; fix [rule]"
    assert finding("a.py", 3, more=29).text() == "a.py:3: error: what; fix (and 29 more) [rule]"


def test_name_of_a_file():
    """A name with control characters stays on its line."""
    assert finding("a\n\x1b[31m.py", 3).text() == "a??[31m.py:3: error: what; fix [rule]"


def test_rank():
    """Errors come first, then places and lines count."""
    ordered = [finding("z"), finding("a", 2, "warning"), finding("b", 1, "warning")]
    assert sorted([*ordered[1:], ordered[0]], key=lambda one: one.rank) == ordered
