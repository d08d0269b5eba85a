"""
How a scenario extends another.

The scenario's keys replace the inherited ones, with two exceptions. ``parameters`` are merged with
the inherited ones by name. ``rules`` precede the inherited ones, and an inherited rule is dropped
if one of the scenario's own rules has the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import yaml

from mockserver.core.documents import Document, with_value

Join: TypeAlias = Callable[[yaml.Node, yaml.Node], yaml.Node]
_NOTHING: Mapping[str, Join] = {}


def inherited(
    document: Document, opened: Callable[[Document, str], tuple[str, Document]], *below: str
) -> Document:
    """
    Return the document merged with everything that it extends.

    Given a document and the name in its ``extends``, ``opened`` returns the identity and the
    contents of the document with that name. ``below`` holds the identities of the documents that
    extend this one. Raises DocumentError.
    """
    name = document.data.get("extends") if isinstance(document.data, dict) else None
    if not isinstance(name, str):
        return document
    identity, base = opened(document, name)
    if identity in below:
        raise document.error(("extends",), f"{name!r} extends itself, by way of this file")
    base = inherited(base, opened, *below, identity)
    if not isinstance(base.root, yaml.MappingNode):
        raise document.error(("extends",), f"{name!r} is not a mapping of keys to values")
    assert isinstance(document.root, yaml.MappingNode)  # noqa: S101 (the document has the key)
    return document.with_root(_laid_over(base.root, document.root, _JOINED))


def _laid_over(
    base: yaml.MappingNode, over: yaml.MappingNode, joined: Mapping[str, Join] = _NOTHING
) -> yaml.Node:
    own = {key.value for key, _ in over.value}
    below = {key.value: value for key, value in base.value}
    pairs = [pair for pair in base.value if pair[0].value not in own]
    for key, value in over.value:
        join, there = joined.get(key.value), below.get(key.value)
        pairs.append((key, join(there, value) if join and there else value))
    return with_value(over, pairs)


def _parameters(base: yaml.Node, over: yaml.Node) -> yaml.Node:
    if isinstance(base, yaml.MappingNode) and isinstance(over, yaml.MappingNode):
        return _laid_over(base, over)
    return over


def _rules(base: yaml.Node, over: yaml.Node) -> yaml.Node:
    if not isinstance(base, yaml.SequenceNode) or not isinstance(over, yaml.SequenceNode):
        return over
    replaced = {_name(rule) for rule in over.value} - {""}
    kept = [rule for rule in base.value if _name(rule) not in replaced]
    return with_value(over, [*over.value, *kept])


def _name(rule: yaml.Node) -> str:
    pairs = rule.value if isinstance(rule, yaml.MappingNode) else []
    return next((str(value.value) for key, value in pairs if key.value == "name"), "")


_JOINED: Mapping[str, Join] = {"parameters": _parameters, "rules": _rules}
