import subprocess
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.scenario.patterns import JsonPath, Number, Range, Regex, bounds, glob, jsonpath

BODY = {"model": "a", "tools": [{"function": {"name": "x"}}, {"function": {"name": "y"}}]}


def deep(levels):
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return {"a": value}


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("llama", ["llama"], ["llama3", "Llama", ""]),
        ("llama*", ["llama", "llama3.1-8b"], ["a llama", ""]),
        ("*8b", ["8b", "llama3.1-8b"], ["8b-instruct"]),
        ("llama?", ["llama3"], ["llama", "llama31"]),
        ("*", ["", "a", "a\nb"], []),
        ("[a]*", ["[a]", "[a]b"], ["a"]),
        ("a.c", ["a.c"], ["abc"]),
    ],
)
def test_glob(pattern, fitting, other):
    """A star is any text, a question mark any character, all else is itself."""
    fits = glob(pattern)
    assert all(fits(text) for text in fitting)
    assert not any(fits(text) for text in other)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("$.model", ["a"]),
        ("$.tools[*].function.name", ["x", "y"]),
        ("$.tools[-1].function.name", ["y"]),
        ("$..name", ["x", "y"]),
        ("$.tools[?@.function.name == 'y']", [{"function": {"name": "y"}}]),
        ("$.none.at.all", []),
    ],
)
def test_jsonpath(query, found):
    """A JSONPath finds all values at its places."""
    assert jsonpath(query)(BODY) == found


def test_jsonpath_of_deep_documents():
    """A document too deep for the path has nothing there."""
    assert jsonpath("$..b")(deep(900)) == []


@pytest.mark.parametrize("query", ["", "model", "$[", "$.a ", "$.a | $.b", "$[?nope(@.a)]", "^$.a"])
def test_no_jsonpath(query):
    """What is no JSONPath of the standard is refused when it is read."""
    with pytest.raises(ValidationError, match=r"is not a JSONPath of RFC 9535 \(.+\)"):
        TypeAdapter(JsonPath).validate_python(query)


def test_regex():
    """So is a regular expression that does not compile."""
    assert TypeAdapter(Regex).validate_python("a+") == "a+"
    with pytest.raises(ValidationError, match="is not a regular expression"):
        TypeAdapter(Regex).validate_python("a(")


@pytest.mark.parametrize(
    ("given", "inside", "outside", "words"),
    [
        (2, [2], [1, 3], "2"),
        ({"min": 2}, [2, 99], [0, 1], "2 or more"),
        ({"max": 2}, [0, 2], [3], "2 or less"),
        ({"min": 2, "max": 4}, [2, 4], [1, 5], "2 to 4"),
        ({}, [0, 99], [], "0 or more"),
    ],
)
def test_number(given, inside, outside, words):
    """A number is itself or what lies within bounds."""
    found = bounds(TypeAdapter(Number).validate_python(given))
    assert all(number in found for number in inside)
    assert not any(number in found for number in outside)
    assert str(found) == words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("few", "whole number"),
        (-1, "greater_than_equal 0"),
        ({"min": "a"}, "whole number"),
        ({"min": 3, "max": 2}, "'max' should not be less than 'min'"),
    ],
)
def test_no_number(told, given, said):
    """What is neither gives one error."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Number).validate_python(given)
    (error,) = caught.value.errors()
    assert said in told(error)


def test_range_in_python():
    """In Python bounds are a value."""
    assert bounds(Range(1, 2)) == Range(1, 2)
    assert bounds(3) == Range(3, 3)


def test_jsonpath_is_imported_when_needed():
    """Scenarios without a JSONPath don't pay for the import of its library."""
    code = (
        "import sys; from mockserver.scenario import load, names, parse\n"
        "[load(name) for name in names()]\n"
        "assert 'jsonpath' not in sys.modules\n"
        "parse('{name: x, rules: [{match: {json: {$.a: 1}}}]}')\n"
        "assert 'jsonpath' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
