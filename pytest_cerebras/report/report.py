"""The report on a run: its cells, and the kinds of trouble that the cells met."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal, Self

from pydantic import TypeAdapter

from mockserver.verdicts.fault_classes import FAULT_CLASSES, share_met
from pytest_cerebras.chaos.sharding import Sharding
from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.search.explored import TRIED, Explored
from pytest_cerebras.session.symptoms import Symptom

from .matrix_results import Cell
from .outcome import PROVES_NOTHING, sentences_on_unmet
from .spent import Spent

_UNEXPLORED = Explored()
_NOTHING = Spent()


class ChangedError(ValueError):
    """A report has been changed since it was written: its parts contradict each other."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many cells ``met`` each kind of trouble, and which kinds no cell met (``never``)."""

    percent: float
    met: Mapping[str, int]
    never: tuple[str, ...]

    @classmethod
    def of(cls, cells: Iterable[Cell], explored: Explored | None = None) -> Self:
        """
        Return the coverage of the cells and of the search.

        Cells that did not run, or that met nothing of their scenario, don't count.
        """
        met = dict.fromkeys(FAULT_CLASSES, 0)
        for cell in cells:
            for kind in cell.kinds if cell.outcome not in PROVES_NOTHING else ():
                met[kind] += 1
        for line in explored.lines if explored else ():
            for kind, result in line.results.items():
                met[kind] += result in TRIED
        never = tuple(kind for kind, count in met.items() if not count)
        found = {kind: count for kind, count in met.items() if count}
        return cls(round(share_met(found), 1), found, never)

    def line(self) -> str:
        """Return the coverage on one line."""
        met, of = len(self.met), len(FAULT_CLASSES)
        return f"fault coverage: met {self.percent:g} %, {met} of {of} kinds of trouble"


@dataclass(frozen=True, slots=True)
class Part:
    """
    The shard that a report is about: number ``number`` of ``of``.

    The shard has ``items`` of all ``of_items`` tests and cells, including tests without the mock.
    ``is_whole``: every test that should run in the shard did run. ``run`` has the facts that all
    shards of a run share: the version, the settings, and a digest of the names of all tests.
    ``cells`` is the number of cells in the report.
    """

    number: int
    of: int
    items: int
    of_items: int
    is_whole: bool
    run: Mapping[str, str]
    cells: int = 0

    @classmethod
    def of_sharding(cls, sharding: Sharding | None) -> Self | None:
        """Return the shard of a run; None for a run without shards."""
        if sharding is None:
            return None
        shard, split = sharding.shard, sharding.split
        counts = (split.items, split.of_items) if split else (0, 0)
        run = {**sharding.run, "tests": split.tests if split else ""}
        return cls(shard.number, shard.of, *counts, sharding.is_whole, run)


@dataclass(frozen=True, slots=True)
class Report:
    """
    All cells of a run, or of a ``shard`` of the run, in the order of its tests.

    ``version`` increases with each change that would break readers. ``spent`` is the cost of all
    cells. ``mutation`` has the mutations that were tried on each test. ``explored`` has the faults
    that the search tried.
    """

    version: Literal[1]
    coverage: Coverage
    cells: tuple[Cell, ...]
    shard: Part | None = None
    spent: Spent = _NOTHING
    mutation: tuple[Tried, ...] = ()
    explored: Explored = _UNEXPLORED

    @classmethod
    def of(
        cls,
        cells: Iterable[Cell],
        shard: Part | None = None,
        mutation: Iterable[Tried] = (),
        explored: Iterable[Explored] = (),
    ) -> Self:
        """Return the report on cells, on the mutations that were tried, and on the search."""
        found = tuple(cells)
        spent = Spent.total(cell.spent for cell in found)
        grid = reduce(Explored.merged, explored, _UNEXPLORED)
        part = replace(shard, cells=len(found)) if shard else None
        return cls(1, Coverage.of(found, grid), found, part, spent, tuple(mutation), grid)

    @classmethod
    def read(cls, data: bytes) -> Report:
        """
        Return a report from its JSON.

        Raises ValueError if the text is not a report, and ChangedError if a report with these cells
        would be another one, or has a number that is not finite.
        """
        report = _REPORT.validate_json(data, strict=True)
        unknown = {kind for cell in report.cells for kind in cell.kinds} - FAULT_CLASSES.keys()
        searched = [line.results.keys() ^ FAULT_CLASSES.keys() for line in report.explored.lines]
        if wrong := unknown.union(*searched):
            raise ValueError(f"unknown or missing kinds of trouble: {sorted(wrong)}")
        again = cls.of(report.cells, report.shard, report.mutation, [report.explored])
        try:
            same = _REPORT.validate_json(again.json(), strict=True) == report
        except ValueError:
            same = False  # JSON has null for a number that is not finite
        if not same:
            raise ChangedError
        return report

    @property
    def title(self) -> str:
        """The name of the report."""
        shard = f", shard {self.shard.number}/{self.shard.of}" if self.shard else ""
        return f"chaos report{shard}"

    @property
    def matrix(self) -> list[Cell]:
        """The cells of tests that the matrix ran under its scenarios."""
        return [cell for cell in self.cells if cell.in_matrix]

    @property
    def others(self) -> list[Cell]:
        """The cells of tests that choose their scenarios themselves."""
        return [cell for cell in self.cells if not cell.in_matrix]

    @property
    def tests(self) -> list[str]:
        """The tests of the matrix, in their order."""
        return list(dict.fromkeys(cell.test for cell in self.matrix))

    @property
    def rows(self) -> dict[str, dict[str, Cell]]:
        """The matrix: for each scenario, in order, its cells by test."""
        found: dict[str, dict[str, Cell]] = {}
        for cell in sorted(self.matrix, key=lambda cell: cell.scenario):
            found.setdefault(cell.scenario, {})[cell.test] = cell
        return found

    @property
    def unmet(self) -> list[str]:
        """Sentences on the cells that are ``not-met`` or ``left-out``, and so prove nothing."""
        return sentences_on_unmet(cell.outcome for cell in self.cells)

    @property
    def symptoms(self) -> list[tuple[str, Symptom]]:
        """The symptoms of all cells, each with the id of its cell."""
        return [(cell.id, one) for cell in self.cells for one in _symptoms(cell)]

    def json(self) -> str:
        """Return the report as JSON, as ``report.schema.json`` describes it."""
        return _REPORT.dump_json(self, indent=2).decode() + "\n"


def _symptoms(cell: Cell) -> tuple[Symptom, ...]:
    """Return the symptoms of a cell, plus one for its failure if none of them shows it."""
    has_one = any(one.how == "failed" or one.file for one in cell.symptoms)
    if cell.outcome != "failed" or has_one:
        return cell.symptoms
    what, _, _ = cell.reason.partition(":")
    failed = Symptom(what, "", "failed", cell.scenario, cell.reason, "", cell.replay)
    return (failed, *cell.symptoms)


_REPORT = TypeAdapter(Report)


def schema() -> str:
    """Return the JSON Schema of a report, as the text of ``report.schema.json``."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    found = {"$schema": draft, **_REPORT.json_schema(mode="serialization")}
    return json.dumps(found, indent=2) + "\n"
