"""JSON within a text: its objects, its schemas, and schemas derived from examples."""

from __future__ import annotations

import json
import re
from typing import Any

from .values.schemas import TYPES

_MOST = 20  # places at which the search looks for JSON
_FAILED = 4  # how many of these places may turn out not to be JSON before the search ends
_DEEPEST = 8
_OPTION = 40  # the most characters of an alternative
_DECODER = json.JSONDecoder()
_TYPES = {
    **dict.fromkeys(("number", "float", "decimal"), "number"),
    **dict.fromkeys(("integer", "int"), "integer"),
    **dict.fromkeys(("boolean", "bool", "true/false", "true|false"), "boolean"),
}
_NAMES: dict[type, str] = {bool: "boolean", int: "integer", float: "number"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d|YYYY-MM-DD")
# repair examples that have comments, alternatives, unquoted types or stray commas
_LOOSE = (
    (re.compile(r"(?<![:\"\w])//[^\n]*"), ""),
    (re.compile(r"\"\s*\|\s*\""), "|"),
    (
        re.compile(r"([:\[,]\s*)(<[^<>\n]*>|(?!true|false|null)[A-Za-z][\w |]*+)(?=\s*[,}\]\n])"),
        r'\1"\2"',
    ),
    (
        re.compile(r"(\"[^\"\n]*\"\s*:\s*(?:\"[^\"\n]*\"|[\d.]+))((?=\s*+\")[^\S\n]*+\n\s*+\")"),
        r"\1,\2",
    ),
    (re.compile(r",?(?<!\s)\s*+\.\.\.|,(?=\s*[}\]])"), ""),
)


def objects(text: str) -> list[tuple[Any, int, int]]:
    """Return the objects and lists of objects in a text, each with its start and end."""
    found: list[tuple[Any, int, int]] = []
    at = failed = 0
    for _ in range(_MOST):
        begin = re.compile(r"\{\s*[\"}\w]|\[\s*\{").search(text, at)
        if begin is None:
            break
        value, end = _decoded(text, begin.start())
        failed += value is None
        if failed > _FAILED:
            break
        if isinstance(value, (dict, list)) and value:
            found.append((value, begin.start(), end))
        at = max(end, begin.start() + 1)
    return found


def is_schema(value: Any) -> bool:
    """Return whether a value is a JSON Schema rather than an example."""
    if not isinstance(value, dict):
        return False
    properties = value.get("properties")
    if isinstance(properties, dict) and all(
        isinstance(one, (dict, bool)) for one in properties.values()
    ):
        return True
    typed = isinstance(value.get("type"), str) and value["type"] in TYPES
    return (
        "$schema" in value or "$defs" in value or (typed and bool(value.keys() & {"items", "enum"}))
    )


def schema_of(example: Any, depth: int = 0) -> dict[str, Any]:
    """Return a schema for values of the same shape as the example."""
    if isinstance(example, dict) and depth < _DEEPEST:
        inner = {name: schema_of(one, depth + 1) for name, one in example.items()}
        closed = {"required": list(example), "additionalProperties": False}
        return {"type": "object", "properties": inner, **closed}
    if isinstance(example, list) and depth < _DEEPEST:
        items = schema_of(example[0], depth + 1) if example else {}
        return {"type": "array", "items": items, "minItems": 1}
    if isinstance(example, str):
        return _of_text(example)
    return {"type": _NAMES.get(type(example), "string")}


def _of_text(example: str) -> dict[str, Any]:
    """Return the schema of an example string, which may name a type or alternatives."""
    plain = example.strip().strip("<>").lower()
    if plain in _TYPES:
        return {"type": _TYPES[plain]}
    options = [one.strip() for one in example.strip("<>").split("|")]
    if len(options) > 1 and all(0 < len(one) <= _OPTION for one in options):
        return {"enum": options}
    return {"type": "string", "format": "date"} if _DATE.fullmatch(example) else {"type": "string"}


def _decoded(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at ``at``, or None, and the position at which to continue."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        end = _balanced(text, at)
    loose = text[at:end]
    for pattern, better in _LOOSE:
        loose = pattern.sub(better, loose)
    try:
        return json.loads(loose), end
    except (ValueError, RecursionError):
        return None, at + 1


def _balanced(text: str, at: int) -> int:
    """Return the position after the bracket that closes the one at ``at``."""
    depth = 0
    for one in re.compile(r"[{}\[\]]").finditer(text, at):
        depth += 1 if one[0] in "{[" else -1
        if depth == 0:
            return one.end()
    return at + 1
