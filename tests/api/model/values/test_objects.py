from random import Random

import pytest

from mockserver.api.model.json_samples import ImpossibleError, sample

NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ({"properties": {"a": NULL, "b": NULL}, "maxProperties": 1, "required": ["b"]}, ["b"]),
        ({"properties": {"a": False, "b": NULL}}, ["b"]),
        ({"propertyNames": {"enum": ["x", "y"]}, "minProperties": 2}, ["x", "y"]),
        (
            {"patternProperties": {"^x$": NULL}, "additionalProperties": False, "minProperties": 1},
            ["x"],
        ),
    ],
)
def test_names(schema, names):
    """An object has the properties that it must have, and those that it may."""
    assert sorted(sample({"type": "object", **schema}, Random(1))) == names


def test_too_few_names():
    """Where there are not enough names, that is said."""
    schema = {
        "type": "object",
        "properties": {"a": NULL},
        "additionalProperties": False,
        "minProperties": 2,
    }
    with pytest.raises(ImpossibleError, match="more properties than it allows"):
        sample(schema, Random(1))
