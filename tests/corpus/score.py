"""Counts how many twins were judged rightly, by rule, and names the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from .cells import Cell
from .pair import TWINS

SEEN = "corpus_verdicts"  # the property of a report that names the rules
ADVICE = "advice:"  # stands before the name of a rule that is not certain
ENOUGH = 0.95  # of the guilty have to be told

Outcome = str | Sequence[str]


def read(report: Path) -> dict[str, Outcome]:
    """Return what each cell was told, or what has kept it from being told, of a JUnit report."""
    found: dict[str, Outcome] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 (pytest has written it)
        name = case.get("name", "").partition("[")[2].removesuffix("]")
        seen = case.find(f".//property[@name='{SEEN}']")
        trouble = next((one for tag in ("error", "failure") for one in case.iter(tag)), None)
        if seen is not None:
            found[name] = seen.get("value", "").split()
        elif trouble is not None:
            found[name] = trouble.get("message", "").strip().splitlines()[0]
    return found


def is_right(cell: Cell, outcome: Outcome | None) -> bool:
    """Whether the guilty twin was told its mistake, and the other none that is certain."""
    if outcome is None or isinstance(outcome, str):
        return False
    if cell.twin == "guilty":
        return cell.told.pair.rule in {rule.removeprefix(ADVICE) for rule in outcome}
    return all(rule.startswith(ADVICE) for rule in outcome)


def is_enough(cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> bool:
    """Whether no innocent was accused, and enough of the guilty were told."""
    guilty, fixed = ([cell for cell in cells if cell.twin == twin] for twin in TWINS)
    told = sum(is_right(cell, outcomes.get(cell.name)) for cell in guilty)
    innocent = all(is_right(cell, outcomes.get(cell.name)) for cell in fixed)
    return innocent and told >= ENOUGH * len(guilty)


def lines(cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """Yield the score by rule, then each miss in a line."""
    rules = sorted({cell.told.pair.rule for cell in cells})
    width = max(map(len, rules), default=0)
    yield f"{'rule':{width}}  guilty told  innocents accused  innocents advised"
    for rule in rules:
        yield _row(rule, width, [cell for cell in cells if cell.told.pair.rule == rule], outcomes)
    yield _row("all", width, cells, outcomes)
    missed = [cell for cell in cells if not is_right(cell, outcomes.get(cell.name))]
    yield ""
    yield "misses:" if missed else "no misses"
    for cell in missed:
        where = f"{cell.told.name} {cell.twin} {cell.mode} {cell.clock}"
        yield f"  {where} [{cell.told.pair.rule}]: {_said(outcomes.get(cell.name))}"


def _row(name: str, width: int, cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> str:
    guilty, fixed = ([cell for cell in cells if cell.twin == twin] for twin in TWINS)
    told = sum(is_right(cell, outcomes.get(cell.name)) for cell in guilty)
    accused = sum(not is_right(cell, outcomes.get(cell.name)) for cell in fixed)
    rate = f"{told}/{len(guilty)}"
    said = (outcomes.get(cell.name) or () for cell in fixed)
    advised = sum(any(rule.startswith(ADVICE) for rule in one) for one in said)
    wrong, better = (f"{count}/{len(fixed)}" for count in (accused, advised))
    return f"{name:{width}}  {rate:>11}  {wrong:>17}  {better:>17}"


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return "did not run"
    if isinstance(outcome, str):
        return f"ended by {outcome}"
    return ", ".join(outcome) or "no verdict"
