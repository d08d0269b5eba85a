"""``cerebras-mock report``: commands for the reports of pytest runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mockserver.cli.options import one_sentence

if TYPE_CHECKING:
    from .least import Least
    from .report import Report


@click.group()
def report() -> None:
    """Work with the reports of pytest runs."""


@report.command()
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    required=True,
    metavar="FILE",
    help="Write FILE.html, FILE.json, or FILE.xml for JUnit; can be repeated.",
)
@click.option(
    "--fail-under",
    metavar="PERCENT",
    help="Exit with 11 if the fault coverage of all shards together is below PERCENT; with "
    "noticed=PERCENT, if a smaller percentage of the tests notices a change.",
)
@click.argument("reports", nargs=-1, required=True, metavar="REPORT.json...")
def merge(outputs: tuple[str, ...], fail_under: str | None, reports: tuple[str, ...]) -> None:
    """
    Join the JSON reports of all shards of a run.

    The result is equal to the report of a single run of all tests.
    """
    files = _files(outputs)
    least = _least(fail_under)
    from .merging import merged
    from .reporting import COVERAGE_FAILED, summarize

    with one_sentence():
        found = merged([Path(name) for name in reports])
    for file in files:
        _write(file, found)
    summarize(found)
    short = list(least.short_of(found))
    lines = short if least.met is not None and short else [found.coverage.line(), *short]
    click.echo(f"{len(reports)} shards, {len(found.cells)} cells; {'; '.join(lines)}")
    for file in files:
        click.echo(f"written: {file}")
    sys.exit(COVERAGE_FAILED if short else 0)


def _files(outputs: tuple[str, ...]) -> list[Path]:
    """Return the files to write; exit with status 2 if a file can't be written."""
    from .reporting import WRITERS

    files = [Path(name) for name in outputs]
    for file in files:
        if file.suffix not in WRITERS:
            _end(f"-o {file}: should end in one of {', '.join(WRITERS)}")
        if file.is_dir() or any(part.is_file() for part in file.parents):
            _end(f"-o: can't write {file}: a file or folder is in the way")
    return files


def _least(given: str | None) -> Least:
    import pytest

    from .least import Least

    try:
        return Least.of(given, "--fail-under")
    except pytest.UsageError as error:
        _end(str(error))


def _write(file: Path, found: Report) -> None:
    from mockserver.core.credentials import redacted

    from .reporting import WRITERS

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(redacted(WRITERS[file.suffix](found)), encoding="utf-8")
    except OSError as error:
        _end(f"-o: can't write {file}: {error.strerror or error}", 1)


def _end(sentence: str, status: int = 2) -> NoReturn:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(status)
