import json
from random import Random

import pytest

from mockserver.api.model.json_samples import ImpossibleError, Mentions, sample
from mockserver.api.model.values import maker, objects

from .satisfiable import satisfiable, validator


def test_satisfiable_schemas():
    """Of 600 schemas of many keywords that can be satisfied nearly all are; no value is wrong."""
    found = 0
    for number, schema in satisfiable(600):
        try:
            made = sample(schema, Random(number))
        except ImpossibleError:
            continue
        found += 1
        wrong = [error.message for error in validator(schema).iter_errors(made)]
        assert wrong == [], (number, json.dumps(schema))
    assert found >= 585


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"},
        {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$", "maxLength": 12},
        {"type": "string", "pattern": "x$", "minLength": 20, "maxLength": 20},
        {"type": "object", "minProperties": 3, "propertyNames": {"pattern": "^k\\d$"}},
        {"type": "object", "patternProperties": {"^n_": {"type": "null"}}, "minProperties": 2},
        {"type": "object", "required": ["a"], "not": {"required": ["b"]}, "minProperties": 2},
        {"type": "array", "prefixItems": [{"const": 1}], "items": False, "minItems": 1},
        {"type": "array", "contains": {"const": "x"}, "minContains": 2, "maxItems": 3},
        {"type": "array", "contains": {"type": "null"}, "minContains": 0, "maxContains": 0},
        {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 0.1, "not": {"const": 0}},
        {"type": "integer", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "minimum": 1},
        {"type": "integer", "oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]},
        {
            "type": "object",
            "properties": {"a": {"enum": [1, 2]}, "b": {"type": "string"}},
            "required": ["a"],
            "if": {"properties": {"a": {"const": 1}}},
            "then": {"required": ["b"]},
            "else": {"properties": {"b": False}},
        },
        {
            "type": "object",
            "properties": {"card": {"type": "integer"}},
            "required": ["card"],
            "dependentRequired": {"card": ["street"]},
            "dependentSchemas": {"street": {"properties": {"street": {"minLength": 30}}}},
        },
        {"allOf": [{"properties": {"a": True}}], "required": ["a"], "unevaluatedProperties": False},
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_keywords(schema, seed):
    """Each keyword is heeded, alone and beside others."""
    made = sample(schema, Random(seed))
    assert validator(schema).is_valid(made)
    assert made == sample(schema, Random(seed))


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"type": "integer", "minimum": 2, "maximum": 1}, "its bounds leave no number"),
        ({"allOf": [{"type": "null"}, {"type": "string"}]}, "it excludes all types"),
        ({"required": ["a"], "properties": {"a": {"enum": []}}, "type": "object"}, "at 'a'"),
        ({"type": "string", "pattern": "(a)\\1"}, "is not understood"),
        ({"type": "array", "items": False, "minItems": 1}, "more items than it allows"),
        ({"type": "flag"}, "it has a type that JSON does not have"),
        ({"$ref": "#"}, "its recursion never ends"),
        ({"type": "integer", "minimum": "x"}, "it makes no sense"),
    ],
)
def test_sentence(schema, sentence):
    """What can't be satisfied says why, and where."""
    with pytest.raises(ImpossibleError, match=sentence):
        sample(schema, Random(1))


NO = {"type": "integer", "minimum": 2, "maximum": 1}
DEEP = {f"d{at}": {"anyOf": [{"$ref": f"#/$defs/d{at + 1}"}] * 3} for at in range(30)}
MANY = {f"p{at}": {"type": "string"} for at in range(20_000)}


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {**DEEP, "d30": NO}, "$ref": "#/$defs/d0"},
        {"anyOf": [NO] * 20_000},
        {"allOf": [{"minimum": 1}] * 20_000},
        {"type": "object", "properties": MANY, "required": list(MANY)},
        {"type": "string", "pattern": "^(a+)+$", "not": {"pattern": "^(a|a)*$"}, "minLength": 500},
        {"type": "array", "items": {"type": "string", "minLength": 9000}, "minItems": 900},
    ],
)
def test_search_is_bounded(schema):
    """No schema is searched for long: the steps of a search run out."""
    with pytest.raises(ImpossibleError, match="steps that a search may have"):
        sample(schema, Random(1))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^((a{50}){50}){50}$"},
        {"type": "object", "minProperties": 1, "patternProperties": {"^((a{50}){50}){50}$": {}}},
    ],
)
def test_steps_are_taken_before(monkeypatch, schema):
    """What a text of a pattern costs is known before it is made."""
    for module in (maker, objects):
        monkeypatch.setattr(module, "spelled", lambda *_: pytest.fail("it was made"))
    with pytest.raises(ImpossibleError, match="steps that a search may have"):
        sample({**schema, "additionalProperties": False}, Random(1))


def test_many_optional_properties():
    """What may be left away is left away where all of it is too much."""
    assert sample({"type": "object", "properties": MANY, "required": ["p7"]}, Random(1)).keys() == {
        "p7"
    }


@pytest.mark.parametrize(
    ("schema", "said", "made"),
    [
        ({"type": "integer", "minimum": 4}, "3 or 5?", 5),
        ({"enum": ["celsius", "fahrenheit"]}, "in Fahrenheit", "fahrenheit"),
        ({"type": "array", "items": {"type": "number"}}, "Add 1, 2.5 and 3", [1, 2.5, 3]),
        ({"type": "string", "format": "email"}, "Write to ada@example.org.", "ada@example.org"),
        ({"type": "string", "format": "date"}, "on 2026-02-30 or 2026-03-01", "2026-03-01"),
    ],
)
def test_mentioned(schema, said, made):
    """What is mentioned is said where the schema allows it."""
    assert sample(schema, Random(1), None, Mentions(said)) == made


def test_steps_are_shared():
    """Values beside each other have the steps of one search together."""
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 100}
    assert len(sample(schema, Random(1))) >= 100
    with pytest.raises(ImpossibleError, match="steps that a search may have"):
        sample(schema, Random(1), None, None, 16)
