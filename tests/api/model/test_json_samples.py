import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.api.model.json_samples import ImpossibleError, json_object, sample

WORDS = st.sampled_from(["name", "age", "kind", "parts", "next"])
KEYWORDS = """
type properties required items enum const anyOf allOf $ref $defs minimum maximum multipleOf
minItems maxItems prefixItems uniqueItems minLength maxLength format
"""
LEAVES = st.one_of(
    st.sampled_from([{}, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}]),
    st.builds(
        lambda low, room: {"type": "string", "minLength": low, "maxLength": low + room},
        st.integers(0, 30),
        st.integers(0, 9),
    ),
    st.builds(
        lambda kind, low, room, ends: {"type": kind, ends[0]: low, ends[1]: low + 2 + room},
        st.sampled_from(["integer", "number"]),
        st.integers(-99, 99),
        st.integers(0, 50),
        st.tuples(
            st.sampled_from(["minimum", "exclusiveMinimum"]),
            st.sampled_from(["maximum", "exclusiveMaximum"]),
        ),
    ),
    st.builds(
        lambda low, step: {"type": "integer", "minimum": low, "multipleOf": step},
        st.integers(-99, 99),
        st.integers(1, 9),
    ),
    st.builds(
        lambda form: {"type": "string", "format": form},
        st.sampled_from(["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri"]),
    ),
    st.builds(lambda values: {"enum": values}, st.lists(st.integers() | WORDS, min_size=1)),
    st.builds(lambda value: {"const": value}, st.none() | st.booleans() | WORDS),
)


def nested(inner):
    objects = st.builds(
        lambda properties, required, more: {
            "type": "object",
            "properties": properties,
            "required": sorted(set(required) & set(properties)),
            "additionalProperties": more,
        },
        st.dictionaries(WORDS, inner, max_size=4),
        st.lists(WORDS),
        st.booleans(),
    )
    arrays = st.builds(
        lambda items, low, room: {
            "type": "array",
            "items": items,
            "minItems": low,
            "maxItems": low + room,
        },
        inner,
        st.integers(0, 3),
        st.integers(0, 2),
    )
    choices = st.builds(
        lambda variants: {"anyOf": variants}, st.lists(inner, min_size=1, max_size=3)
    )
    return objects | arrays | choices


def check(schema, value):
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(value)] == []
    json.dumps(value)


@given(st.recursive(LEAVES, nested, max_leaves=12), st.integers())
def test_any_schema(schema, seed):
    """What is made for a schema is what the schema allows, and the seed decides which."""
    value = sample(schema, Random(seed))
    check(schema, value)
    assert value == sample(schema, Random(seed))


SCHEMAS = {
    "recursive": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                },
                "required": ["value", "next"],
                "additionalProperties": False,
            }
        },
        "$ref": "#/$defs/node",
    },
    "tree": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["children"],
    },
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"enum": ["x"]}}, "required": ["b"]},
        ]
    },
    "all and any of": {
        "allOf": [{"type": "object", "properties": {"a": {"const": 1}}}],
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "typed choice": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "enum of a type": {"type": ["string", "array"], "enum": ["foo", 1], "items": {}},
    "tuple": {"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "minItems": 2},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True},
    "escaped": {"$defs": {"a/b~c": {"const": 7}}, "$ref": "#/$defs/a~1b~0c"},
    "in a list": {"anyOf": [{"const": 1}, {"$ref": "#/anyOf/0"}]},
    "unnamed": {"required": ["a"], "additionalProperties": {"type": "integer"}},
    "without type": {"minimum": 5, "maximum": 6},
    "only below": {"type": "number", "exclusiveMaximum": -1000},
    "narrow": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    "halves": {"type": "number", "multipleOf": 0.5},
    "items": {"items": {"type": "null"}},
    "host": {"type": "string", "format": "hostname"},
    "nothing": True,
}


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("seed", range(10))
def test_schema(name, seed):
    """References, alternatives and bounds are all respected."""
    check(SCHEMAS[name], sample(SCHEMAS[name], Random(seed)))


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"]},
        {"type": "array", "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "integer", "multipleOf": 0},
        {"type": "array", "minItems": 3, "maxItems": 1},
        {"type": "number", "minimum": "x"},
        {"type": {"type": "string"}},
        {"properties": ["a"]},
        {"required": 7},
        {"anyOf": [7]},
        {"allOf": "x"},
        {"enum": []},
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
    ],
)
def test_impossible(schema):
    """A schema without an instance, or without sense, is told in a sentence."""
    with pytest.raises(ImpossibleError, match=r"^No value was found "):
        sample(schema, Random(1))


@pytest.mark.parametrize("reference", ["#/a/b", "https://example.com/schema", "#name", "#/anyOf/7"])
def test_reference_that_leads_nowhere(reference):
    """Nobody can say what is right there, so anything is."""
    assert isinstance(sample({"$ref": reference}, Random(1)), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(KEYWORDS.split()), inner, max_size=4)
        ),
        max_leaves=15,
    )
)
def test_nonsense(schema):
    """Whatever stands where a schema should be, there is an answer or a sentence."""
    with suppress(ImpossibleError):
        json.dumps(sample(schema, Random(1)))


def test_json_object():
    """Without a schema an object is some words."""
    made = json_object(Random(1))
    assert made == json_object(Random(1)) != json_object(Random(2))
    assert all(isinstance(value, str) for value in made.values())


def test_very_many_properties():
    """Each property is looked for once among those that must be there, not in all of them."""

    class Names(list):
        def __contains__(self, name):
            raise AssertionError("a search through the whole list")

    names = [f"p{at}" for at in range(50)]
    schema = {"properties": {key: {"type": "null"} for key in names}, "required": Names(names)}
    assert list(sample(schema, Random(1))) == names
