"""
Limits on the YAML that is read. Larger texts are refused before any data is built from them.

Aliases (``*a``) that repeat an anchored part (``&a``) turn a small text into a large tree, and
building it takes as long as if every repetition were written out. So the limits apply to the
expanded size. The parser's events are enough to compute this size without expanding anything.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from .errors import DocumentError

DEEPEST = 100  # nested mappings and lists
_MOST_DIRECTIVES = 10  # libyaml is slow with many, because it compares each with all others
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class YamlLimits:
    """
    The maximum size of a text.

    ``letters`` is the maximum number of characters. ``nodes`` is the maximum number of mappings,
    lists, keys and values; a part that is repeated by aliases counts once per repetition.
    """

    letters: int
    nodes: int


FILE = YamlLimits(2_000_000, 200_000)
"""The limits on a file, or on a request body that replaces a file."""
FIELD = YamlLimits(20_000, 1_000)
"""
The limits on a value in a header field or option. They are lower, because other requests wait while
such a value is read.
"""


def refuse_bombs(text: str, source: str, limits: YamlLimits, loader: Any) -> None:
    """
    Raise DocumentError for a text beyond the limits, YAMLError for a text that is not YAML.

    Old releases of libyaml overflow their stack on deep nesting. New releases have a limit, but
    raise their error before they emit the first level. In that case only the text before the
    reported position is counted.
    """
    if len(text) > limits.letters:
        long = f"is {len(text):,} characters long"
        raise DocumentError(f"{source}: {long}; the maximum is {limits.letters:,}")
    if len(_DIRECTIVE.findall(text)) > _MOST_DIRECTIVES:
        raise DocumentError(f"{source}: has more than {_MOST_DIRECTIVES} directives (%)")
    try:
        _Count(source, limits).run(text, loader)
    except yaml.MarkedYAMLError as error:
        spot = error.problem_mark.index if error.problem_mark else 0
        with suppress(yaml.YAMLError):  # the text is cut off here
            _Count(source, limits).run(text[:spot], loader)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end is not yet read; ``before`` counts the nodes that precede it."""

    anchor: str | None
    before: int
    height: int = 1


@dataclass(slots=True)
class _Count:
    """
    Counts the nodes of a text with its aliases expanded.

    ``named`` maps each anchor to the size and height of the anchored part, or to None while the
    part is open.
    """

    source: str
    limits: YamlLimits
    nodes: int = 0
    open: list[_Open] = field(default_factory=list[_Open])
    named: dict[str | None, tuple[int, int] | None] = field(default_factory=dict)

    def run(self, text: str, loader: Any) -> None:
        for event in yaml.parse(text, Loader=loader):
            match event:
                case yaml.AliasEvent():
                    part = self.named.get(event.anchor, (1, 0))
                    if part is None:
                        raise self._too_deep()
                    self._add(*part)
                case yaml.ScalarEvent():
                    self.named[event.anchor] = 1, 0
                    self._add(1, 0)
                case yaml.CollectionStartEvent():
                    self.named[event.anchor] = None
                    self.open.append(_Open(event.anchor, self.nodes))
                    self._add(1, 0)
                case yaml.CollectionEndEvent():
                    ended = self.open.pop()
                    self.named[ended.anchor] = self.nodes - ended.before, ended.height
                    self._add(0, ended.height)
                case _:
                    pass  # start or end of the stream or document

    def _add(self, nodes: int, height: int) -> None:
        """Add nodes of the given height to the innermost open part."""
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            raise DocumentError(
                f"{self.source}: has more than {self.limits.nodes:,} keys and values, "
                "including each repetition by an alias (*)"
            )
        if len(self.open) + height > DEEPEST:
            raise self._too_deep()
        if self.open:
            self.open[-1].height = max(self.open[-1].height, height + 1)

    def _too_deep(self) -> DocumentError:
        return DocumentError(f"{self.source}: is nested too deeply, or contains itself")
