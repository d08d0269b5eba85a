from random import Random

import pytest

from mockserver.api.model.json_samples import ImpossibleError, sample


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"prefixItems": [{"const": 1}, {"const": 2}], "items": False}, [1, 2]),
        ({"items": [{"const": 1}], "additionalItems": False}, [1]),
        ({"items": {"enum": [1]}, "uniqueItems": True, "maxItems": 5}, [1]),
        ({"contains": {"const": 1}, "minContains": 2, "maxItems": 2}, [1, 1]),
    ],
)
def test_items(schema, made):
    """Items are what their places want, and what the array has to contain."""
    assert sample({"type": "array", **schema}, Random(1)) == made


@pytest.mark.parametrize(
    "schema",
    [
        {"minItems": 3, "maxItems": 1},
        {"items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
        {"contains": True, "minContains": 2, "maxItems": 1},
    ],
)
def test_none(schema):
    """Where there is no such array, that is said."""
    with pytest.raises(ImpossibleError):
        sample({"type": "array", **schema}, Random(1))
