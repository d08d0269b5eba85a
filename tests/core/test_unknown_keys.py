"""Where a key belongs that is unknown where it stands."""

import pytest

from mockserver.core.unknown_keys import advice


def mapping(**keys):
    return {"type": "object", "properties": keys}


TEXT = {"type": "string"}
X = mapping(x=TEXT)
FAULT = mapping(error=mapping(status=TEXT), a=X, b=X, c=X, d=X)
SCHEMA = {
    **mapping(
        title=TEXT,
        match=mapping(model=TEXT, colour=TEXT),
        rules={"type": "array", "items": {"anyOf": [{"const": "pass"}, {"$ref": "#/$defs/Rule"}]}},
        named={"type": "object", "additionalProperties": mapping(weight=TEXT)},
    ),
    "$defs": {
        "Rule": mapping(
            name=TEXT,
            when=mapping(first=TEXT),
            faults={"type": "array", "items": FAULT},
            sequence={"type": "array", "items": FAULT},
        )
    },
}


@pytest.mark.parametrize(
    ("path", "key", "said"),
    [
        ((), "model", "; it belongs in 'match'"),
        ((), "weight", "; it belongs in 'named'"),
        ((), "name", "; it belongs in 'rules'"),
        ((), "status", "; it belongs in 'error' of 'faults' of 'rules'"),
        (("rules", 0), "first", "; it belongs in 'when'"),
        (("rules", 0), "status", "; it belongs in 'error' of 'faults'"),
        (
            ("rules", 0),
            "x",
            "; it belongs in 'a' of 'faults', 'b' of 'faults', 'c' of 'faults' or 1 other",
        ),
        (("rules", 0, "when"), "name", "; it belongs beside 'when'"),
        (("rules", 0, "when"), "title", "; it belongs beside 'rules'"),
        (("rules", 0, "faults", 0, "a"), "status", "; it belongs in 'error'"),
        (("rules", 0, "faults", 0, "a"), "first", "; it belongs in 'when'"),
        (("rules", 0, "faults", 0, "a"), "a", "; allowed are x"),
        (("match",), "color", "; did you mean 'colour'? Allowed are colour, model"),
        (("match",), "names", "; allowed are model, colour"),
        (("rules", 0), "names", "; did you mean 'name'? Allowed are name, when, faults, sequence"),
        (("rules", "rule", 0, "union tag"), "first", "; it belongs in 'when'"),
        (("nowhere",), "zzz", "; allowed are title, match, rules, named"),
    ],
)
def test_advice(path, key, said):
    """A key is sent further in, or further out, unless it is misspelt where it stands."""
    assert advice(SCHEMA, path, key) == said
