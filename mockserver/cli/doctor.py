"""``cerebras-mock doctor``: looks for mistakes in the environment and in code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import not_empty, one_sentence

if TYPE_CHECKING:
    from mockserver.api.contract.edition import Edition
    from mockserver.doctor.finding import Finding

_INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as shells report it."""


@click.command()
@click.argument("path", default=".", callback=not_empty)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.option(
    "--live", is_flag=True, help="Also send at most three requests to the API, with your key."
)
@click.option(
    "--edition", callback=not_empty, help="State of the API to compare with (default: today's)."
)
def doctor(*, path: str, as_json: bool, live: bool, edition: str | None) -> None:
    """
    Look for mistakes in the environment and in the code under PATH.

    Nothing is sent unless --live is given. The exit status is 0 if nothing is found, 1 if something
    is found, and 2 if PATH can't be read.
    """
    from mockserver.doctor.diagnosis import Diagnosis, diagnose, served, sorted_and_folded

    with one_sentence():
        api = served(edition)
    try:
        found = diagnose(Path(path), os.environ, _versions(), api)
    except OSError as error:
        why = error.strerror or type(error).__name__
        click.echo(f"Error: can't look at {path!r}: {why}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    if live:
        more = sorted_and_folded((*found.findings, *_asked(os.environ, api)))
        found = Diagnosis(more, found.files, found.unread, found.cut_off)
    _print(found.findings, as_json=as_json)
    click.echo(found.summary, err=True)
    sys.exit(1 if found.findings else 0)


def _print(findings: Iterable[Finding], *, as_json: bool) -> None:
    try:
        if as_json:
            click.echo(json.dumps([asdict(one) for one in findings], indent=2))
        else:
            for one in findings:
                click.echo(one.text())
    except BrokenPipeError:
        raise  # the reader has closed the pipe; click then exits quietly
    except OSError as error:
        click.echo(f"Error: can't write the findings: {error.strerror}", err=True)
        sys.exit(2)


def _versions() -> dict[str, str]:
    """Return the versions of the installed packages, by their normalized names."""
    from importlib.metadata import distributions

    from packaging.utils import canonicalize_name

    found: dict[str, str] = {}
    for one in distributions():
        name, version = one.metadata["Name"], one.metadata["Version"]
        if name and version:
            found.setdefault(canonicalize_name(name), version)  # the first is the one imported
    return found


def _asked(environ: Mapping[str, str], edition: Edition) -> list[Finding]:
    """Print what will be sent, then send it to the API."""
    from mockserver.doctor.live import Examination

    examination = Examination.of(environ, edition)
    for line in examination.announcement():
        click.echo(line, err=True)
    return examination.findings()
