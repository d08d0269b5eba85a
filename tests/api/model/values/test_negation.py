import pytest

from mockserver.api.model.values.negation import opposites

from .satisfiable import validator


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"minimum": 3}, 2),
        ({"maxLength": 2}, "abc"),
        ({"required": ["a"]}, {}),
        ({"properties": {"a": {"type": "null"}}}, {"a": 1}),
        ({"type": ["string", "number"]}, None),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, 3),
        ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, 3),
        ({"contains": {"const": 1}}, [2]),
        ({"if": {"minimum": 1}, "then": False}, 2),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    ],
)
def test_opposites(schema, value):
    """What a schema forbids is what one of its opposites allows."""
    assert not validator(schema).is_valid(value)
    assert any(validator(one).is_valid(value) for one in opposites(schema))


def test_booleans():
    """The opposite of everything is nothing; where none is known chance has to find a way."""
    everything = True
    assert opposites(everything) == [False]
    assert opposites({}) == []
    assert opposites({"const": 1}) == [True]
