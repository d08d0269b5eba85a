"""
The types of plain scalars in the core schema of YAML 1.2, as in JSON and in editors.

PyYAML reads YAML 1.1, in which ``no`` is false, ``010`` is eight and ``12:30:45`` is a number of
seconds. The two tables here are complete: a scalar that neither of them lists is a text. One
feature of YAML 1.1 is kept: ``<<`` merges one mapping into another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

if TYPE_CHECKING:
    from yaml import SafeDumper as _SafeDumper
    from yaml import SafeLoader as _SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    _SafeDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_TAG = "tag:yaml.org,2002:"
_LONGEST_NUMBER = 100  # characters; converting a longer number would take too long

_WORDS: Mapping[str, tuple[str, str]] = {
    "null": (r"~|null|Null|NULL|", "~nN"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?((\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "merge": (r"<<", "<"),
}
"""
The pattern of each type of scalar other than text (YAML 1.2.2, 10.3.2), and the characters it may
begin with. The first matching type applies.
"""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Return the table as PyYAML needs it, by first character ('' for an empty scalar)."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, (pattern, beginnings) in _WORDS.items():
        whole = re.compile(rf"(?:{pattern})\Z")
        for letter in (*beginnings, *([""] if whole.match("") else [])):
            found.setdefault(letter, []).append((_TAG + kind, whole))
    return found


_RESOLVERS = _resolvers()
_PAIR = re.compile(
    r"((?<!\\)(?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


def _int(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2])
    return int(text[2:], base) if base else int(text)


def _float(text: str) -> float:
    return float(re.sub(r"\.(?=[in])", "", text.lower()))  # Python spells them inf and nan


_VALUES: Mapping[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _int,
    "float": _float,
}
_READ = (_TAG + "map", _TAG + "seq", _TAG + "str", None)
_WRITTEN: tuple[Any, ...] = (bool, dict, float, int, list, str, tuple, type(None), None)


class Loader(_SafeLoader):
    """Reads YAML. A scalar whose tag does not fit its form is a text."""

    yaml_implicit_resolvers = _RESOLVERS
    yaml_constructors: ClassVar = {tag: yaml.SafeLoader.yaml_constructors[tag] for tag in _READ}

    def scalar(self, node: yaml.ScalarNode) -> Any:
        """Return the value of a scalar other than text."""
        kind = node.tag.removeprefix(_TAG)
        text = str(self.construct_scalar(node))
        fits = re.fullmatch(_WORDS[kind][0], text) is not None
        return _VALUES[kind](text) if fits and len(text) <= _LONGEST_NUMBER else text


class Dumper(_SafeDumper):
    """
    Writes YAML that the loader reads back as the same value.

    Values that JSON cannot express, such as dates, raise a YAMLError.
    """

    yaml_implicit_resolvers = _RESOLVERS
    yaml_representers: ClassVar = {
        kind: yaml.SafeDumper.yaml_representers[kind] for kind in _WRITTEN
    }


for _kind in _VALUES:
    Loader.add_constructor(_TAG + _kind, Loader.scalar)


def paired(text: str) -> str:
    r"""
    Return JSON with escaped surrogate pairs decoded, because YAML has no such pairs.

    >>> paired(r'{"a": "\ud83d\ude00"}')
    '{"a": "😀"}'

    Other text is returned unchanged, because in plain YAML the escapes can be literal text.
    """
    if not text.lstrip().startswith(("{", "[")) or _PAIR.search(text) is None:
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _PAIR.sub(lambda found: found[1] + json.loads(f'"{found[2]}"'), text)


def dumped(value: object) -> str:
    """Return a value as YAML. Raises YAMLError if YAML cannot express it."""
    return yaml.dump(value, Dumper=Dumper, allow_unicode=True)
