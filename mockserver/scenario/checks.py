"""Tells whether a file is a good scenario or a good edition, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from mockserver.api.contract import editions
from mockserver.core.documents import SUFFIXES, Document, read_text
from mockserver.core.errors import DocumentError
from mockserver.core.units import counted

from . import names, read
from .schemas import TYPES, Kind

_KEYS: Mapping[Kind, frozenset[str]] = {
    kind: frozenset(field.name for field in fields(type_)) for kind, type_ in TYPES.items()
}
_MOST_KEYS = 100  # of a file, that tell what it is meant to be
_Check: TypeAlias = Callable[[str, str], tuple[str, list[str]]]
"""From the text of a file and its path to what it holds and what is odd; raises DocumentError."""


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What was found in a file.

    ``kind`` is what it was checked as (None: it could not be read), ``holds`` what is in it,
    ``wrong`` all that is wrong with it, a line each, ``odd`` what is odd about a good one.
    """

    file: str
    kind: Kind | None = None
    holds: str = ""
    wrong: str = ""
    odd: Sequence[str] = ()

    def __str__(self) -> str:
        return self.told(strict=False)

    def told(self, *, strict: bool) -> str:
        """Return it in words; ``strict`` takes what is odd for wrong."""
        if self.wrong:
            return (
                f"{self.wrong}\n{self.file}: not a valid {self.kind}" if self.kind else self.wrong
            )
        if strict and self.odd:
            odd = counted(len(self.odd), "warning")
            return f"{self.file}: fails --strict, {self.kind} {self.holds}, {odd}"
        return f"{self.file}: ok, {self.kind} {self.holds}"


def check(path: str) -> Iterator[Checked]:
    """Yield what was found of a file, or of each YAML file of a folder and its sub-folders."""
    if not Path(path).is_dir():
        yield _checked(path)
        return
    files = list(_files(Path(path)))
    if not files:
        yield Checked(path, wrong=f"{path}: there is no {' or '.join(SUFFIXES)} file in it")
    yield from map(_checked, files)


def _files(folder: Path) -> Iterator[str]:
    """Yield the YAML files in a folder, in order, but for hidden ones."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in SUFFIXES and file.is_file() and not hidden:
            yield str(file)


def _checked(file: str) -> Checked:
    kind: Kind | None = None
    try:
        text = read_text(file)
        kind = kind_of(Document(text, source=file).data)
        holds, odd = _CHECKS[kind](text, file)
        return Checked(file, kind, holds, odd=odd)
    except DocumentError as error:
        return Checked(file, kind, wrong=str(error))


def kind_of(data: Any) -> Kind:
    """
    Return what a file is meant to be: the kind that has more of its keys to itself.

    A misspelt key counts as the one that it resembles. What could be both is an edition when it
    extends one by name, be it misspelt, else a scenario.
    """
    known = sorted(frozenset[str]().union(*_KEYS.values()))
    meant = {
        near: value
        for key, value in islice(data.items() if isinstance(data, dict) else (), _MOST_KEYS)
        for near in get_close_matches(str(key), known, n=1)
    }
    edition, scenario = (len(meant.keys() & _KEYS[kind]) for kind in ("edition", "scenario"))
    if edition == scenario:
        known = [*editions.names(), *names()]
        extended = get_close_matches(str(meant.get("extends")), known, n=1)
        return "edition" if extended and extended[0] in editions.names() else "scenario"
    return "edition" if edition > scenario else "scenario"


def _scenario(text: str, path: str) -> tuple[str, list[str]]:
    found = read(text, source=path)
    rules = counted(len(found.scenario.rules), "rule")
    return f"{found.scenario.name!r}, {rules}", found.warnings()


def _edition(text: str, path: str) -> tuple[str, list[str]]:
    found = editions.parse(text, source=path)
    models, tiers = counted(len(found.models), "model"), counted(len(found.tiers), "tier")
    return f"{found.name!r}, {models}, {tiers}", []


_CHECKS: Mapping[Kind, _Check] = {"scenario": _scenario, "edition": _edition}
