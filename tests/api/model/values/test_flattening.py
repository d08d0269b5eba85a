from random import Random

import pytest

from mockserver.api.model.values.budget import Budget, ImpossibleError
from mockserver.api.model.values.choices import Choices
from mockserver.api.model.values.flattening import Flattening, kind


def flat(schema, attempts=1):
    choices = Choices(Random(1))
    for _ in range(attempts):
        choices.again(light=False)
        found = Flattening(schema, Budget(1000)).flat(schema, choices)
    return found, kind(found, choices)


def test_flat():
    """References and alternatives are gone; what is left holds together."""
    schema = {
        "$defs": {"a": {"type": "integer"}},
        "allOf": [{"$ref": "#/$defs/a"}, {"minimum": 1}],
        "maximum": 3,
    }
    found, name = flat(schema)
    assert (found.highest("minimum"), found.lowest("maximum"), name, found.sure) == (
        1,
        3,
        "integer",
        True,
    )


def test_null_is_the_last_choice():
    """Null is taken where nothing else is left."""
    schema = {"anyOf": [{"type": "null"}, {"type": "string"}]}
    assert flat(schema)[1] == "string"
    assert flat(schema, 3)[1] in ("string", "null")


def test_dependencies():
    """A property that is required brings what depends on it, one that is forbidden does not."""
    needs = {"dependentRequired": {"a": ["b"]}}
    assert flat({"required": ["a"], **needs})[0].requires("b")
    assert not flat({"properties": {"a": False}, **needs})[0].requires("b")


@pytest.mark.parametrize(
    "schema", [False, {"$ref": "#"}, {"anyOf": []}, {"allOf": [7]}, {"not": {}}]
)
def test_nothing(schema):
    """What allows nothing, or is no schema, is refused."""
    with pytest.raises(ImpossibleError):
        flat(schema)
