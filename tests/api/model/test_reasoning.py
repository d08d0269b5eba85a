import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model import reasoning
from mockserver.core.seeding import SeededText


def model(**fields):
    return Model(context=1, max_output=1, speed=1, **({"reasoning": True} | fields))


@pytest.mark.parametrize(
    ("body", "fields", "sentences"),
    [
        ({}, {"reasoning": False}, range(1)),
        ({"reasoning_effort": "high"}, {"reasoning": False}, range(1)),
        ({"reasoning_effort": "none"}, {}, range(1)),
        ({"disable_reasoning": True}, {}, range(1)),
        ({"disable_reasoning": True, "reasoning_effort": "high"}, {}, range(1)),
        ({}, {"reasoning_effort": "none"}, range(1)),
        ({"reasoning_effort": "low"}, {}, range(1, 3)),
        ({"reasoning_effort": "medium"}, {}, range(3, 7)),
        ({"reasoning_effort": "high"}, {}, range(8, 15)),
        ({"disable_reasoning": False}, {}, range(3, 7)),
        ({"reasoning_effort": None}, {"reasoning_effort": "high"}, range(8, 15)),
    ],
)
def test_thoughts(body, fields, sentences):
    """The effort says how long a model thinks, if it does."""
    for seed in range(20):
        said = reasoning.generate(body, model(**fields), SeededText(seed))
        assert said.count(".") in sentences


@pytest.mark.parametrize(
    ("asked", "default", "shown"),
    [
        (None, "parsed", "parsed"),
        ("none", "parsed", "parsed"),
        ("none", "raw", "raw"),
        ("parsed", "raw", "parsed"),
        ("text_parsed", "raw", "parsed"),
        ("raw", "parsed", "raw"),
        ("hidden", "parsed", "hidden"),
    ],
)
def test_shown(asked, default, shown):
    """The request says where thoughts go, else the model."""
    assert reasoning.shown({"reasoning_format": asked}, model(reasoning_format=default)) == shown
    assert reasoning.shown({}, model(reasoning_format=default)) == default
