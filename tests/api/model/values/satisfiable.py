"""JSON Schemas of many keywords that can be satisfied, because each is written around a value."""

from __future__ import annotations

import re
from random import Random

from jsonschema import Draft202012Validator

WORDS = ["name", "age", "kind", "parts", "next", "x-1", "größe"]
TEXTS = [
    "",
    "a",
    "red",
    "blue-7",
    "AB12",
    "2024-05-17",
    "ada@example.com",
    "schöne Grüße",
    "x" * 30,
]
PATTERNS = [
    "^[a-z]+$",
    "^[A-Z]{2}\\d+$",
    "\\d",
    "^.{0,40}$",
    "^(red|blue)(-\\d+)?$",
    "[^0-9]",
    "^x*$",
]
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "dependentSchemas")
FORMATS = {"2024-05-17": "date", "ada@example.com": "email"}


def value(random, depth=0):
    """Return some JSON value."""
    kinds = ["text", "text", "integer", "number", "boolean", "null"]
    kinds += ["object"] * 5 + ["array"] * 4 if depth < 3 else []
    kind = random.choice(kinds)
    if kind == "object":
        names = random.sample(WORDS, random.randint(0, 4))
        return {name: value(random, depth + 1) for name in names}
    if kind == "array":
        return [value(random, depth + 1) for _ in range(random.randint(0, 4))]
    leaves = {
        "text": random.choice(TEXTS),
        "integer": random.randint(-50, 50),
        "number": random.randint(-400, 400) / 4,
        "boolean": random.random() < 0.5,
        "null": None,
    }
    return leaves[kind]


def around(one, random, depth=0):
    """Return a schema that allows a value."""
    if depth > 3 or random.random() < 0.08:
        return random.choice([True, {}, {"const": one}, {"enum": [one, "other", 7]}])
    schema = typed(one, random, depth)
    keywords = random.sample([alternatives, negated, conditional, combined], 2)
    for add in keywords if random.random() < 0.45 else ():
        schema = add(schema, one, random, depth)
    return schema


def typed(one, random, depth):
    """Return a schema of keywords for the type of a value, some of them."""
    makers = {bool: plain, type(None): plain, str: text, dict: members, list: items}
    keywords, kind = makers.get(type(one), number)(one, random, depth)
    chosen = {key: keywords[key] for key in keywords if random.random() < 0.5}
    if "minContains" in chosen or "maxContains" in chosen:
        chosen["contains"] = keywords["contains"]
        chosen.setdefault("minContains", 0)
    if "additionalProperties" in chosen or "unevaluatedProperties" in chosen:
        chosen["properties"] = keywords["properties"]
        chosen.pop("patternProperties", None)
    if chosen.get("items") is False:
        chosen["prefixItems"] = keywords["prefixItems"]
    return {"type": kind, **chosen} if random.random() < 0.85 else chosen


def plain(one, *_):
    return {}, "boolean" if isinstance(one, bool) else "null"


def number(one, random, _):
    step = random.choice([0.25, 0.5, 0.05, 1, 3, 7])
    keywords = {
        "minimum": one - random.randint(0, 4),
        "maximum": one + random.randint(0, 4),
        "exclusiveMinimum": one - random.choice([0.25, 1, 10]),
        "exclusiveMaximum": one + random.choice([0.25, 1, 10]),
    }
    keywords |= {"multipleOf": step} if one / step == int(one / step) else {}
    return keywords, "integer" if isinstance(one, int) else "number"


def text(one, random, _):
    fitting = [pattern for pattern in PATTERNS if re.search(pattern, one)]
    keywords = {"minLength": max(0, len(one) - 2), "maxLength": len(one) + random.randint(0, 9)}
    keywords |= {"pattern": random.choice(fitting)} if fitting else {}
    return keywords | ({"format": FORMATS[one]} if one in FORMATS else {}), "string"


def members(one, random, depth):
    names = list(one)
    inner = {name: around(each, random, depth + 1) for name, each in one.items()}
    others = {name: around(value(random, 3), random, depth + 2) for name in WORDS[:2]}
    needs = {name: random.sample(names, random.randint(1, len(names))) for name in names[:2]}
    return {
        "properties": {**others, **inner} if random.random() < 0.5 else inner,
        "required": random.sample(names, random.randint(0, len(names))),
        "minProperties": random.randint(0, len(names)),
        "maxProperties": len(names) + random.randint(0, 2),
        "additionalProperties": False,
        "unevaluatedProperties": False,
        "propertyNames": {"enum": WORDS}
        if random.random() < 0.5
        else {"pattern": "^[a-zß-ü0-9-]+$"},
        "patternProperties": {f"^{name[0]}": True for name in names} | {"^z": {"type": "null"}},
        "dependentRequired": {**needs, "absent": ["kind"]},
        "dependentSchemas": {name: around(one, random, depth + 2) for name in names[:1]},
    }, "object"


def items(one, random, depth):
    first = [around(each, random, depth + 1) for each in one[: random.randint(0, 3)]]
    rest = one[len(first) :]
    keywords = {"minItems": max(0, len(one) - 1), "maxItems": len(one) + random.randint(0, 2)}
    keywords |= {"prefixItems": first} if first else {}
    if not rest and first:
        keywords["items"] = False
    elif rest:
        keywords["items"] = {"anyOf": [around(each, random, depth + 2) for each in one]}
    distinct = [each for at, each in enumerate(one) if each in one[:at] or isinstance(each, bool)]
    keywords |= {} if distinct else {"uniqueItems": True}
    if one:
        held = random.choice(one)
        keywords["contains"] = {"const": held}
        keywords["minContains"] = 1
        keywords["maxContains"] = sum(each == held for each in one) + random.randint(0, 1)
    return keywords, "array"


def alternatives(schema, _, random, depth):
    others = [around(value(random, 3), random, depth + 2) for _ in range(random.randint(1, 2))]
    options = [schema, *others]
    random.shuffle(options)
    return {random.choice(["anyOf", "oneOf"]): options}


def negated(schema, _, random, depth):
    return {**schema, "not": around(value(random, 3), random, depth + 2)}


def conditional(schema, one, random, depth):
    condition = around(value(random, 2), random, depth + 2)
    branch = around(one, random, depth + 2)
    return {**schema, "if": condition, random.choice(["then", "else"]): branch}


def combined(schema, one, random, depth):
    return {"allOf": [schema, around(one, random, depth + 1)]}


def with_references(schema, random):
    """Return the schema with some of its parts among the definitions, and references to them."""
    found = {}

    def moved(part):
        part = walked(part)
        if not isinstance(part, dict) or random.random() > 0.2:
            return part
        found[f"d{len(found)}"] = part
        return {"$ref": f"#/$defs/d{len(found) - 1}"}

    def walked(part):
        if not isinstance(part, dict):
            return part
        lists = {key: [*map(moved, part[key])] for key in LISTS if key in part}
        names = {
            key: {name: moved(each) for name, each in part[key].items()}
            for key in NAMED
            if key in part
        }
        return {**part, **lists, **names}

    whole = walked(schema)
    return {**whole, "$defs": found} if found else whole


def satisfiable(number):
    """Yield so many schemas, each with a number of its own."""
    at = 0
    while number:
        at += 1
        random = Random(at)
        one = value(random)
        schema = with_references(around(one, random), random)
        if isinstance(schema, dict) and validator(schema).is_valid(one):
            number -= 1
            yield at, schema


def validator(schema):
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
