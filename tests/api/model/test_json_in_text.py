import time

import pytest

from mockserver.api.model import json_in_text


def test_objects():
    """Objects in a text are found, also those that are not quite JSON."""
    text = 'Like {"a": 1} or {"b": string, // a name\n "c": "x" | "y",} but not {this one}'
    assert [text[begin:end] and value for value, begin, end in json_in_text.objects(text)] == [
        {"a": 1},
        {"b": "string", "c": "x|y"},
    ]


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ({"type": "object", "properties": {}}, True),
        ({"type": "array", "items": {}}, True),
        ({"type": "object"}, False),
        ({"a": 1}, False),
        ([], False),
    ],
)
def test_is_schema(value, is_one):
    """A schema has what schemas have."""
    assert json_in_text.is_schema(value) is is_one


def test_schema_of():
    """The shape of an example is a schema; texts in it may name a type or alternatives."""
    made = json_in_text.schema_of({"a": "integer", "b": "x|y", "c": [1.5], "d": True, "e": None})
    assert made["required"] == list("abcde")
    assert made["properties"] == {
        "a": {"type": "integer"},
        "b": {"enum": ["x", "y"]},
        "c": {"type": "array", "items": {"type": "number"}, "minItems": 1},
        "d": {"type": "boolean"},
        "e": {"type": "string"},
    }


@pytest.mark.parametrize(
    "part", [" ", "\n", ", ", "a ", ' | "', ": a ", '"a": 1\n', "{", "...", "//"]
)
def test_long_texts(part):
    """Almost-JSON is repaired in linear time: in quadratic time, this takes a minute."""
    began = time.process_time()
    json_in_text.objects(f'{{"a": 1{part * (100_000 // len(part))}x}}' + f'{{"b": a{part * 9}')
    assert time.process_time() - began < 5
