import pytest

from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import problems
from mockserver.api.reading.schema_rules import examine_schema

NO_MORE = {"additionalProperties": False}
STRING = {"type": "string"}
NODE = {"$ref": "#/$defs/node"}


def obj(keys=None, **more):
    return {"type": "object", "properties": keys or {}, **NO_MORE, **more}


def nested(depth):
    return STRING if not depth else obj({"in": nested(depth - 1)})


def message(schema):
    with pytest.raises(RefusalError) as refused:
        examine_schema(schema)
    return problems()[refused.value.problem]._text(refused.value.facts)


GOOD = [
    obj(),
    obj({"a": STRING, "b": {"type": "array", "items": {"type": "integer", "enum": [1, 2]}}}),
    obj({"a": {"anyOf": [STRING, {"type": "null"}]}}, required=["a"], title="T"),
    obj({"a": {"const": 1, "default": 1, "description": "one"}}),
    obj({"minItems": STRING, "format": STRING}),
    {"type": "object", "anyOf": [obj()], **NO_MORE},
    obj({"a": NODE, "b": NODE}, **{"$defs": {"node": obj(), "unused": STRING}}),
    {**NODE, "$defs": {"node": obj()}},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", **obj()},
    obj({"a": {"type": ["string", "null"]}, "b": {"type": "array", "items": True}}),
    obj({"a": True}, **{"$defs": {"odd": 1}}),
    nested(10),
    obj({"a": {"enum": list(range(500))}}),
]
NEEDED = "'additionalProperties' is required to be supplied and set to false."
PROPERTIES = (
    "Object fields require at least one of: 'properties' or 'anyOf' "
    "with a list of possible properties."
)
UNSUPPORTED = "Unsupported JSON schema fields"
INVALID = "Invalid fields for schema with types"
TOP = "Extra top level keys found in JSON schema"
RECURSIVE = "Recursive JSON schemas are not supported."
BAD = [
    ({"type": "object"}, PROPERTIES),
    (obj({"a": {"type": "object", **NO_MORE}}), PROPERTIES),
    ({"type": "object", "properties": {}}, NEEDED),
    (obj() | {"additionalProperties": True}, NEEDED),
    (obj() | {"additionalProperties": {}}, NEEDED),
    (obj({"a": {"type": "array", "items": {"type": "object", "properties": {}}}}), NEEDED),
    (obj({"a": {"anyOf": [STRING, {"type": "object", "properties": {}}]}}), NEEDED),
    (obj(**{"$defs": {"node": {"type": "object", "properties": {}}}}), NEEDED),
    (obj({"a": {"type": ["object", "null"], "properties": {}}}), NEEDED),
    (
        obj({"a": {"type": "array", "items": STRING, "minItems": 1, "maxItems": 2}}),
        f"{INVALID} ['array']: {{'minItems', 'maxItems'}}",
    ),
    (obj({"a": {"type": "string", "format": "uri"}}), f"{INVALID} ['string']: {{'format'}}"),
    (obj({"a": {"maxLength": 9, **STRING}}), f"{INVALID} ['string']: {{'maxLength'}}"),
    (
        obj({"a": {"type": ["integer", "null"], "minimum": 0, "items": {}}}),
        f"{INVALID} ['integer', 'null']: {{'minimum', 'items'}}",
    ),
    (obj({"a": obj(minProperties=1)}), f"{INVALID} ['object']: {{'minProperties'}}"),
    (obj({"a": {"minItems": 1, "items": STRING}}), f"{UNSUPPORTED}: {{'minItems', 'items'}}"),
    (obj({"a": {"nullable": True, **STRING}}), f"{UNSUPPORTED}: {{'nullable'}}"),
    (
        obj({"a": {"type": "array", "prefixItems": [], "minItems": 1, "maxItems": 1}}),
        f"{UNSUPPORTED}: {{'prefixItems', 'minItems', 'maxItems'}}",
    ),
    (obj({"a": {"allOf": [STRING]}}), f"{UNSUPPORTED}: {{'allOf'}}"),
    (obj({"a": {}}), f"{UNSUPPORTED} in schema with keys: dict_keys([])"),
    (
        obj({"a": {"description": "any"}}),
        f"{UNSUPPORTED} in schema with keys: dict_keys(['description'])",
    ),
    ({"allOf": [obj()]}, f"{TOP}: {{'allOf'}}."),
    ({"type": "array", "items": STRING}, f"{TOP}: {{'items'}}."),
    (obj(definitions={}, oneOf=[]), f"{TOP}: {{'definitions', 'oneOf'}}."),
    (
        obj({"a": {"$ref": "#/definitions/node"}}),
        "JSON schema reference '#/definitions/node' does not lead to '$defs'.",
    ),
    (
        obj({"a": {"$ref": "https://example.com/node.json"}}),
        "JSON schema reference 'https://example.com/node.json' does not lead to '$defs'.",
    ),
    (obj({"a": NODE}), "JSON schema reference '#/$defs/node' does not lead to '$defs'."),
    (obj({"a": {"$ref": []}}), "JSON schema reference [] does not lead to '$defs'."),
    (obj({"a": {"$ref": "#"}}), RECURSIVE),
    (obj({"a": NODE}, **{"$defs": {"node": obj({"next": NODE})}}), RECURSIVE),
    (
        obj(
            **{"$defs": {"node": obj({"a": {"$ref": "#/$defs/other"}}), "other": obj({"b": NODE})}}
        ),
        RECURSIVE,
    ),
    (nested(11), "JSON schema is nested more than 10 levels deep."),
    (
        obj({"a": {"description": "x" * 5000, **STRING}}),
        "JSON schema is longer than 5000 characters.",
    ),
    (obj({f"{at:x}": 1 for at in range(501)}), "JSON schema has more than 500 properties."),
    (
        obj({"a": {"enum": list(range(300))}, "b": {"enum": list(range(201))}}),
        "JSON schema has more than 500 enum values.",
    ),
]


@pytest.mark.parametrize("schema", GOOD)
def test_followed(schema):
    """What the documentation allows is followed, also what is odd but harmless."""
    examine_schema(schema)


@pytest.mark.parametrize(("schema", "said"), BAD)
def test_refused(schema, said):
    """What strict output cannot follow is refused in the API's words, as far as they are known."""
    assert message(schema) == said


def test_many_references():
    """Definitions that use each other twice, many layers deep, are examined in no time."""
    layers = {
        f"d{at}": obj({"a": {"$ref": f"#/$defs/d{at + 1}"}, "b": {"$ref": f"#/$defs/d{at + 1}"}})
        for at in range(35)
    }
    examine_schema(obj({"a": {"$ref": "#/$defs/d0"}}, **{"$defs": {**layers, "d35": STRING}}))
