"""
Parameters are values of a scenario that can be chosen when the scenario is started.

The placeholder ``${name}`` inserts a parameter. A value that is only a placeholder becomes the
parameter's value, of whatever type. In a longer text the value is inserted as text. ``$${name}``
is not a placeholder but stands for the text ``${name}``.

A default can be ``{auto: most, otherwise: 3}``. A caller that knows the client's requests can then
choose the value in the way that ``auto`` names; for all other callers, ``otherwise`` is the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias, get_args

import yaml
from pydantic import AfterValidator

from mockserver.core.documents import Document, Path, node_of, with_value
from mockserver.core.errors import UnknownNameError, suggestion
from mockserver.core.yaml_limits import FILE

Automatic: TypeAlias = Literal["most", "least", "first_model"]
"""
How a default is chosen: ``most`` and ``least`` are the largest and the smallest number with which
the scenario still acts on the client's requests, and ``first_model`` is the first model that the
client requests.
"""

_KEY = "parameters"
_AUTO_KEYS = ("auto", "otherwise")
_UNFILLED = (_KEY, "extends")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = ("edition", "scenario", "seed", "self", "tier")  # other arguments of ``play``
_PLACEHOLDER = re.compile(r"(\$?)\$\{([^{}]*)\}")
_STRING = "tag:yaml.org,2002:str"


def _is_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        taken = ", ".join(_TAKEN)
        raise ValueError(f"should be a name such as after_tokens, but not one of {taken}")
    return name


ParameterName: TypeAlias = Annotated[str, AfterValidator(_is_name)]


def settled(document: Document) -> tuple[Document, dict[str, Automatic]]:
    """
    Return the document with each automatic default replaced by its ``otherwise``.

    Also returns, by parameter, how to choose each of these defaults. Raises DocumentError.
    """
    found: dict[str, Automatic] = {}
    root = document.root
    if not isinstance(root, yaml.MappingNode):
        return document, found
    plain = _declared(root) or {}
    for name, node in plain.items():
        if isinstance(node, yaml.MappingNode) and "auto" in (key.value for key, _ in node.value):
            found[name], plain[name] = _automatic(document, name, node)
    if not found:
        return document, found
    pairs = [
        (key, _with_values(value, plain) if key.value == _KEY else value)
        for key, value in root.value
    ]
    return document.with_root(with_value(root, pairs)), found


def _automatic(
    document: Document, name: str, node: yaml.MappingNode
) -> tuple[Automatic, yaml.Node]:
    keys = {key.value: value for key, value in node.value}
    for key in keys:
        if key not in _AUTO_KEYS:
            said = f"unknown key {key!r}{suggestion(key, _AUTO_KEYS)}"
            raise document.error((_KEY, name, key), said)
    if "otherwise" not in keys:
        said = "give 'otherwise', the value for clients whose requests are not known"
        raise document.error((_KEY, name), said)
    for word in get_args(Automatic):
        if word == keys["auto"].value:
            return word, keys["otherwise"]
    known, found = get_args(Automatic), str(keys["auto"].value)
    said = f"should be one of {', '.join(known)}, found {found!r}{suggestion(found, known)}"
    raise document.error((_KEY, name, "auto"), said)


def _with_values(node: yaml.Node, values: Mapping[str, yaml.Node]) -> yaml.Node:
    """Return a mapping with the same keys, in which the value of each key comes from ``values``."""
    return with_value(node, [(key, values[key.value]) for key, _ in node.value])


def filled(document: Document, given: Mapping[str, object]) -> tuple[Document, set[str]]:
    """
    Return the document with its placeholders filled, and the names of the parameters used.

    ``given`` values replace the defaults in the document. Raises UnknownNameError for a parameter
    that the document does not have, DocumentError for a placeholder that names no parameter.
    """
    if not isinstance(document.root, yaml.MappingNode):
        return document, set()
    declared = _declared(document.root)
    if declared is None:
        return document, set()
    filling = Filling(document, {**declared, **_nodes_of(document, declared, given)})
    return document.with_root(filling.whole(document.root), filling.origins), filling.used


def _declared(root: yaml.MappingNode) -> dict[str, yaml.Node] | None:
    """Return the parameters; None if the value of ``parameters`` is not a mapping."""
    found = next((value for key, value in root.value if key.value == _KEY), None)
    if found is None:
        return {}
    if not isinstance(found, yaml.MappingNode):
        return None
    return {key.value: value for key, value in found.value}


def _nodes_of(
    document: Document, declared: Mapping[str, yaml.Node], given: Mapping[str, object]
) -> dict[str, yaml.Node]:
    nodes = {}
    for name, value in given.items():
        if name not in declared:
            raise UnknownNameError(f"parameter of {document.source}", name, declared)
        try:
            node = node_of(value)
        except ValueError as error:
            raise document.error((_KEY, name), error) from error
        nodes[name] = _placed(node, declared[name])
    return nodes


@dataclass(slots=True)
class Filling:
    """Fills the placeholders of a document and records which parameters were used where."""

    document: Document
    values: Mapping[str, yaml.Node]
    used: set[str] = field(default_factory=set[str])
    origins: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    nodes: int = 0
    letters: int = 0

    def whole(self, root: yaml.MappingNode) -> yaml.Node:
        """Return the root with its placeholders filled, and with ``values`` as its defaults."""
        pairs = []
        for key, value in root.value:
            new = value if key.value in _UNFILLED else self._node(value, (key.value,))
            if key.value == _KEY:
                new = _with_values(value, self.values)
            pairs.append((key, new))
        return with_value(root, pairs)

    def _node(self, node: yaml.Node, path: Path) -> yaml.Node:
        match node:
            case yaml.MappingNode():
                pairs = [(key, self._node(one, (*path, key.value))) for key, one in node.value]
                return with_value(node, pairs)
            case yaml.SequenceNode():
                items = [self._node(one, (*path, at)) for at, one in enumerate(node.value)]
                return with_value(node, items)
            case yaml.ScalarNode(tag=tag) if tag == _STRING and "${" in node.value:
                return self._scalar(node, path)
            case _:
                return node

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> yaml.Node:
        names: list[str] = []
        alone = _PLACEHOLDER.fullmatch(node.value)
        if alone and not alone[1]:
            names.append(alone[2])
            value = self._value(alone[2], path)
            self._count(path, nodes=_size(value))
            new = _placed(value, node)
        else:
            text = _PLACEHOLDER.sub(lambda found: self._text(found, path, names), node.value)
            new = yaml.ScalarNode(_STRING, text, node.start_mark, node.end_mark)
        self.used.update(names)
        self.origins[id(new)] = names
        return new

    def _text(self, found: re.Match[str], path: Path, names: list[str]) -> str:
        if found[1]:
            return found[0][1:]
        node = self._value(found[2], path)
        if not isinstance(node, yaml.ScalarNode):
            said = f"only a text or a number can be inserted into a text; {found[2]!r} is neither"
            raise self.document.error(path, said)
        names.append(found[2])
        self._count(path, letters=len(node.value))
        return str(node.value)

    def _count(self, path: Path, *, nodes: int = 0, letters: int = 0) -> None:
        """Count what was filled in. Raises DocumentError if the limits of a file are exceeded."""
        self.nodes += nodes
        self.letters += letters
        if self.nodes > FILE.nodes or self.letters > FILE.letters:
            raise self.document.error(path, "the parameters make the file larger than is allowed")

    def _value(self, name: str, path: Path) -> yaml.Node:
        if name not in self.values:
            known = suggestion(name, self.values)
            said = f"no parameter is called {name!r}{known}; for the text itself write $${{{name}}}"
            raise self.document.error(path, said)
        return self.values[name]


def _size(node: yaml.Node) -> int:
    """Return the number of nodes in a tree."""
    match node:
        case yaml.MappingNode():
            return 1 + sum(_size(key) + _size(one) for key, one in node.value)
        case yaml.SequenceNode():
            return 1 + sum(map(_size, node.value))
        case _:
            return 1


def _placed(node: yaml.Node, where: yaml.Node) -> yaml.Node:
    """Return a copy of a node with the position of another node."""
    match node:
        case yaml.MappingNode():
            value: Any = [(_placed(key, where), _placed(one, where)) for key, one in node.value]
        case yaml.SequenceNode():
            value = [_placed(one, where) for one in node.value]
        case _:
            value = node.value
    return type(node)(node.tag, value, where.start_mark, where.end_mark)
