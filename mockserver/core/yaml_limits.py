"""
How much YAML is read: what is larger is refused before anything is made of it.

A name for a part (``&a``) that is used again (``*a``) makes a large tree from a small text, and
reading it takes as long as if all of it were written out. So what counts is how much that would
be, which the events of the parser tell without making it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from .errors import DocumentError

DEEPEST = 100  # mappings and lists in one another
_MOST_DIRECTIVES = 10  # libyaml compares each one with all others
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    The most that a text may have.

    ``letters`` is its length, ``nodes`` are its mappings, lists, keys and values, those of a part
    that is used again counted as often as it is used.
    """

    letters: int
    nodes: int


FILE = Bounds(2_000_000, 200_000)
"""Of a file, or what is sent in the place of one."""
FIELD = Bounds(20_000, 1_000)
"""Of one value, which a header field or an option holds: it may be read while others wait."""


def refuse_bombs(text: str, source: str, bounds: Bounds, loader: Any) -> None:
    """
    Raise DocumentError for a text that is beyond the bounds, as YAMLError for what is no YAML.

    Old releases of libyaml overflow their stack on a text that is nested too deeply. New ones have
    a bound of their own, and meet it while they look ahead, before they tell of the first level:
    then what stands before the spot is looked at by itself.
    """
    if len(text) > bounds.letters:
        long = f"is {len(text):,} characters long"
        raise DocumentError(f"{source}: {long}; no more than {bounds.letters:,} are read")
    if len(_DIRECTIVE.findall(text)) > _MOST_DIRECTIVES:
        raise DocumentError(f"{source}: has more than {_MOST_DIRECTIVES} directives (%)")
    try:
        _Count(source, bounds).run(text, loader)
    except yaml.MarkedYAMLError as error:
        spot = error.problem_mark.index if error.problem_mark else 0
        with suppress(yaml.YAMLError):  # it ends too soon
            _Count(source, bounds).run(text[:spot], loader)


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended; ``before`` are the nodes that came before it."""

    anchor: str | None
    before: int
    height: int = 1


@dataclass(slots=True)
class _Count:
    """
    Counts the nodes of a text.

    ``named`` has the size and the height of each part with a name, None while it has not ended.
    """

    source: str
    bounds: Bounds
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
                    pass  # the beginning or the end of it all

    def _add(self, nodes: int, height: int) -> None:
        """Count what has been added to the innermost of what is open."""
        self.nodes += nodes
        if self.nodes > self.bounds.nodes:
            raise DocumentError(
                f"{self.source}: has more than {self.bounds.nodes:,} keys and values, "
                "counted as often as aliases (*) repeat them"
            )
        if len(self.open) + height > DEEPEST:
            raise self._too_deep()
        if self.open:
            self.open[-1].height = max(self.open[-1].height, height + 1)

    def _too_deep(self) -> DocumentError:
        return DocumentError(f"{self.source}: is nested too deeply, or contains itself")
