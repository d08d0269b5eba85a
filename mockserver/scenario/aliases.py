"""Names from other tools, with their equivalents in a scenario, from ``aliases.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from mockserver.core.documents import shipped
from mockserver.faults import FAULTS

Aliases: TypeAlias = Mapping[str, Mapping[str, Any]]
_WITH_FAULTS = frozenset({"faults", "sequence"})
_NEAR = 3  # how many parts of a path lead to a fault: the list, its index, the tag of a union
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[- ]")


@cache
def aliases() -> Aliases:
    """Return the equivalents of faults, of their keys, and of other parts of a rule."""
    found: Aliases = shipped(__package__, "aliases").data
    return found


def alias_hint(path: Sequence[str | int], key: str, value: Any) -> str:
    """
    Return the equivalent of an unknown key as the end of a sentence, or "" if it has none.

    >>> alias_hint(("rules", 0, "faults", 0), "reset_peer", {"timeout": 0})
    "; here that is 'disconnect: {by: rst}'"
    >>> alias_hint(("rules", 0), "fault", "EMPTY_RESPONSE")
    "; here that is 'faults: [disconnect: {}]'"
    """
    name, faults, others = _plain(key), aliases()["faults"], aliases()["others"]
    inner = aliases()["keys"].get(str(path[-1]), {}) if path else {}
    if name in inner:
        return _said(inner[name])
    if name == "fault":
        meant = _faults(value)
        return _said(f"faults: [{', '.join(meant)}]") if meant else ""
    if name in faults and path:
        listed = path[-1] not in FAULTS and not _WITH_FAULTS.isdisjoint(path[-_NEAR:])
        return _said(faults[name] if listed else f"faults: [{faults[name]}]")
    return _said(_within(path, others[name])) if name in others else ""


def fault_for_alias(word: str) -> str | None:
    """Return the fault that another tool's word means; None if no fault has that meaning."""
    return aliases()["faults"].get(_plain(word))


def _faults(value: Any) -> list[str]:
    words = list(value) if isinstance(value, dict) else [value]
    return [fault for word in words if (fault := fault_for_alias(str(word)))]


def _within(path: Sequence[str | int], meant: str) -> str:
    """Return ``meant``, without its outer mapping if the path already leads into that mapping."""
    outer = f"{path[-1]}: {{" if path else ""
    if outer and meant.startswith(outer) and meant.endswith("}"):
        return meant.removeprefix(outer).removesuffix("}")
    return meant


def _plain(name: str) -> str:
    return name.lower() if name.isupper() else _WORDS.sub("_", name).lower()


def _said(what: str) -> str:
    return f"; here that is '{what}'"
