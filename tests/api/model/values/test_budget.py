import pytest

from mockserver.api.model.values.budget import Budget, ExhaustedError, ImpossibleError


def test_spend():
    """The steps of a budget run out, which is told with their number."""
    budget = Budget(2)
    budget.spend(2)
    with pytest.raises(ExhaustedError, match="more than the 2 steps"):
        budget.spend()


def test_sentence():
    """The sentence says where, if somebody knows."""
    assert str(ImpossibleError("why")) == "No value was found in the JSON Schema: why"
    assert (
        str(ImpossibleError("why", "a/0")) == "No value was found at 'a/0' of the JSON Schema: why"
    )
