"""Which regular expressions take for ever."""

import pytest

from mockserver.scenario.regexes import endless


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("(a+)+$", "(a+)+"),
        ("^(?:a*)*b", "(?:a*)*"),
        (r"x(\w+\s?)*$", r"(\w+\s?)*"),
        ("((a+))+", "((a+))+"),
        ("(b|a+)+", "(b|a+)+"),
        ("(?P<name>[)(]+){2,}", "(?P<name>[)(]+){2,}"),
        (r"(\)+)+", r"(\)+)+"),
        ("(a+b?c*)+?", "(a+b?c*)+?"),
        ("(^a+$)+", "(^a+$)+"),
        ("(a+|b)*", "(a+|b)*"),
    ],
)
def test_endless(pattern, part):
    """A repetition of nothing but repetitions is found."""
    assert endless(pattern) == part


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a+b+",
        r"(?:word\s+)+end",
        r"(\d+,)*",
        "(a+)?",
        "(a+){3}",
        "(?:a++)+",
        "(?>a+)+",
        "(a+)++",
        "[(a+)+]",
        r"\(a+\)+",
        "(ab?)+",
        "(a|b)+",
        "(?=a+)b",
        ")",
    ],
)
def test_others(pattern):
    """What has something in between, or an end, is not."""
    assert endless(pattern) == ""
