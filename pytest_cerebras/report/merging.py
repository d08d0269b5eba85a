"""Joins the reports of the shards of a run into the report of the whole run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from mockserver.core.errors import MockServerError

from .report import ChangedError, Part, Report

_LARGEST = 512 * 2**20  # bytes of a report; a report with a thousand cells has about 5 MB
_OF_TESTS = ("tests", "items")  # if another fact differs, these may differ as a consequence
_NAMED = 10  # how many missing shards the error names at most


class MergeError(MockServerError):
    """These files are not the reports of all shards of one run."""


class Shared(NamedTuple):
    """A file, its report, and the shard that the report is about."""

    file: Path
    report: Report
    part: Part


def merged(files: Sequence[Path]) -> Report:
    """Return the report of the whole run. Raises MergeError."""
    found = [_read(file) for file in files]
    for one in found[1:]:
        _check_same_run(found[0], one)
    by_number: dict[int, Shared] = {}
    for one in found:
        other = by_number.setdefault(one.part.number, one)
        if other is not one:
            raise MergeError(f"{other.file} and {one.file} are both of {_named(one.part)}")
    _check_all(by_number, found[0].part.of)
    for one in found:
        if not one.part.is_whole:
            raise MergeError(
                f"{one.file}: the run of {_named(one.part)} ended before all its tests had run; "
                "run it again"
            )
    items, of_items = sum(one.part.items for one in found), found[0].part.of_items
    if items != of_items:
        raise MergeError(f"all shards together have {items} tests, but the run has {of_items}")
    cells = (cell for one in found for cell in one.report.cells)
    mutation = sorted(
        (tried for one in found for tried in one.report.mutation), key=attrgetter("place")
    )
    explored = (one.report.explored for one in found)
    return Report.of(sorted(cells, key=attrgetter("place")), None, mutation, explored)


def _read(file: Path) -> Shared:
    report = _contents(file)
    part = report.shard
    if part is None:
        raise MergeError(
            f"{file} is from a run without shards, but only reports of pytest --cerebras-shard can "
            "be merged"
        )
    if not 1 <= part.number <= part.of:
        raise MergeError(f"{file}: there is no {_named(part)}")
    theirs, ours = part.run.get("version", ""), version("pytest-cerebras")
    if theirs != ours:
        raise MergeError(
            f"{file} was written by pytest-cerebras {theirs or '?'}, but this is {ours}: merge "
            "reports with the version that ran the tests"
        )
    return Shared(file, report, part)


def _contents(file: Path) -> Report:
    try:
        status = file.stat()
        if not (S_ISREG(status.st_mode) or S_ISDIR(status.st_mode)):
            raise MergeError(f"{file} is not a regular file")
        if status.st_size > _LARGEST:
            raise MergeError(f"{file} is larger than {_LARGEST // 2**20} MiB")
        return Report.read(file.read_bytes())
    except OSError as error:
        raise MergeError(f"{file} can't be read: {error.strerror or error}") from None
    except ChangedError:
        raise MergeError(
            f"{file} has been changed since it was written, because its totals are not those of "
            "its cells; run the shard again"
        ) from None
    except ValueError:
        raise MergeError(
            f"{file} is not a report of this version: pass files written by --cerebras-report"
        ) from None


def _check_same_run(first: Shared, one: Shared) -> None:
    """Raise MergeError if two reports are not of the same run."""
    theirs, ours = _facts(one.part), _facts(first.part)
    differing = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    if not (first.part.is_whole and one.part.is_whole):  # an unfinished run may lack tests
        differing = [name for name in differing if name not in _OF_TESTS]
    if not differing:
        return
    name = next((each for each in differing if each not in _OF_TESTS), None)
    if name is None:
        why = "their runs collected different tests"
    else:
        why = f"{name} is {theirs.get(name) or 'not set'}, not {ours.get(name) or 'not set'}"
    raise MergeError(f"{one.file} is from a different run than {first.file}: {why}")


def _facts(part: Part) -> Mapping[str, str]:
    return {"the number of shards": str(part.of), **part.run, "items": str(part.of_items)}


def _check_all(found: Iterable[int], of: int) -> None:
    """Raise MergeError if shards are missing."""
    missing = sorted({*range(1, of + 1)} - {*found})
    if missing:
        named = ", ".join(f"{number}/{of}" for number in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        word, verb = ("shards", "are") if len(missing) > 1 else ("shard", "is")
        raise MergeError(f"{word} {named}{more} {verb} missing: pass the reports of all {of}")


def _named(part: Part) -> str:
    return f"shard {part.number}/{part.of}"
