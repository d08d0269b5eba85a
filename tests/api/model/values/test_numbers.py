from random import Random

import pytest

from mockserver.api.model.values import numbers
from mockserver.api.model.values.budget import ImpossibleError
from mockserver.api.model.values.flattening import Flat


@pytest.mark.parametrize("seed", range(20))
def test_multiples(seed):
    """A number is a multiple of all steps, within all bounds."""
    flat = Flat(
        [{"multipleOf": 0.5, "minimum": 1}, {"multipleOf": 0.75, "exclusiveMaximum": 9}], sure=True
    )
    made = numbers.number(flat, Random(seed))
    assert (made % 1.5, 1 <= made < 9) == (0, True)
    assert numbers.integer(flat, Random(seed)) in (3, 6)


@pytest.mark.parametrize(
    "schema",
    [{"multipleOf": 0}, {"minimum": 3, "maximum": 2}, {"exclusiveMinimum": 1, "maximum": 1}],
)
def test_none(schema):
    """Where there is no number, that is said."""
    with pytest.raises(ImpossibleError):
        numbers.integer(Flat([schema], sure=True), Random(1))
