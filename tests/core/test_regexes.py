"""Regular expressions that take no longer than their text is long."""

import pytest

from mockserver.core.regexes import matcher, searcher
from mockserver.scenario.patterns import jsonpath

LONG = "a" * 100_000 + "!"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("K.e", "in Kiel", True),
        ("^Kiel", "in Kiel", False),
        ("(?i)kiel$", "in KIEL", True),
        ("(?m)^b$", "a\nb\nc", True),
        (r"\bgr[uü]n\b", "grün", True),
        (r"\d{2,}", "1 2 3", False),
        ("(?P<name>a|b)+", "xb", True),
        ("", "", True),
    ],
)
def test_searcher(pattern, text, found):
    """A part of the text is enough."""
    assert searcher(pattern)(text) is found


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [("a|b+", "bb", True), ("a|b+", "bbc", False), ("a|b+", "cbb", False), ("^b$", "b", True)],
)
def test_matcher(pattern, text, fits):
    """All of the text has to fit."""
    assert matcher(pattern)(text) is fits


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)+$", "(a|ab)*c", "(.*a){12}$", ".*a.*a.*a.*a.*b", "(?:a?){30}a{30}$"],
)
def test_in_time(pattern):
    """What Python's own would try for hours is found out at once, in a query, too."""
    assert not searcher(pattern)(LONG)
    query = jsonpath(f"$[?search(@, '{pattern}') || match(@, '{pattern}')]")
    assert query([LONG]) == []


@pytest.mark.parametrize(
    "pattern", ["a(", "[", "^(?!x)", r"(a)\1", "(a{1000}){1000}", "(" * 999 + ")" * 999]
)
def test_refused(pattern):
    """What is no pattern, or too large for one, is refused; a query finds nothing by it."""
    with pytest.raises(ValueError, match=r"^.{3,200}$"):
        searcher(pattern)
    assert jsonpath(f"$[?search(@, {pattern!r})]")(["a"]) == []


def test_parts_of_a_pattern():
    """What is no pattern by itself is none because of what is put around it."""
    with pytest.raises(ValueError, match=r"^.{3,200}$"):
        matcher("a)|(b")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("$[?match(@.city, 'K.*l')].n", [1]),
        ("$[?search(@.city, 'i')].n", [1, 2]),
        ("$[?match(@.n, '1')].n", []),
    ],
)
def test_queries(query, found):
    """Queries have the functions of RFC 9535, and numbers are no texts."""
    assert jsonpath(query)([{"city": "Kiel", "n": 1}, {"city": "Nice", "n": 2}]) == found


def test_most_found():
    """Of very many values some are enough."""
    assert len(jsonpath("$..*..*")([[[0] * 100] * 100])) == 10_000
