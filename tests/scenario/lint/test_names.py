"""Tiers and models that no edition has."""

import pytest

from mockserver.scenario import Match, Rule, Scenario
from mockserver.scenario.lint.names import name_findings


def found(*matches, **keys):
    rules = tuple(Rule(match=match) for match in matches)
    return list(name_findings(Scenario("x", rules=rules, **keys)))


@pytest.mark.parametrize(
    "model", ["llama3.1-8b", "llama*", "*", "gpt-oss-120?", "zai-glm-4.7", "qwen*"]
)
def test_known(model):
    """A model, or a pattern, that some edition has is right where any may be chosen."""
    assert found(Match(model=model), Match(excluded=Match(model=model))) == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("llama3.1-8", "; did you mean 'llama3.1-8b'? Allowed are llama3.1-8b, "),
        ("qwn*", "; allowed are "),
        ("zzz", "; allowed are "),
        ("", "; allowed are "),
    ],
)
def test_unknown_model(model, said):
    """One that none has is told where it stands, with what is near."""
    ((path, told),) = found(Match(), Match(excluded=Match(model=model)))
    assert path == ("rules", 1, "match", "not", "model")
    assert told.startswith(f"no shipped edition has the model {model!r}{said}")


def test_model_of_an_edition():
    """Where the edition is given, it is that one's models that count."""
    newer = Match(model="gemma-4-31b")
    ((_, told),) = found(newer, edition="2025-10")
    assert told.startswith("the edition '2025-10' has no model 'gemma-4-31b'; allowed are ")
    assert found(newer, edition="guide") == []


@pytest.mark.parametrize(
    ("keys", "odd"),
    [
        ({"tier": "free"}, False),
        ({"tier": "default"}, False),
        ({"tier": "fre"}, True),
        ({}, False),
        ({"tier": "fre", "edition": "guide"}, False),  # refused when it is read
    ],
)
def test_tier(keys, odd):
    """A tier that no edition has which could be chosen is told."""
    assert [path for path, _ in found(**keys)] == [("tier",)] * odd
