import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.model.values.budget import Budget
from mockserver.api.model.values.matching import matches

PATTERNS = """
^a+$ (a+)+b a|^b \\d{2,3}$ [^ab] ^(?:ab|a)(c|bcd)$ \\bcat\\b (?=.*b)a a(?!b) (?<=a)b
^.{2,4}$ \\w+-\\w* x*
\\u0061 [\\d-] (?<name>a)b ^(a?){3}a{3}$ \\B1
"""


@given(st.sampled_from(PATTERNS.split()), st.text("abcd12 -xt", max_size=8))
def test_as_python_does(pattern, text):
    """A pattern matches what Python's own expressions match."""
    python = pattern.replace("(?<name>", "(?P<name>")
    assert matches(pattern, text, Budget(10**6)) is bool(re.search(python, text))


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^((a*)*)*$", "^(a?){50}a{50}$"])
def test_never_long(pattern):
    """A repetition of a repetition takes no more steps than its text has room for."""
    budget = Budget(20_000)
    assert not matches(pattern, "a" * 49 + "b", budget)
