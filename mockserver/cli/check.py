"""``cerebras-mock check``: validates files."""

from __future__ import annotations

import sys

import click

from .options import not_empty, warn


@click.command()
@click.argument("paths", nargs=-1, required=True, callback=not_empty, metavar="FILE|FOLDER...")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
def check(paths: tuple[str, ...], *, strict: bool) -> None:
    """
    Check scenario and edition files. The exit status is 2 if a file is invalid.

    The keys of a file show whether it is a scenario or an edition. In a folder, every .yaml and
    .yml file is checked.
    """
    from mockserver.scenario.checks import check as checks_of

    wrong = False
    for path in paths:
        for checked in checks_of(path):
            bad = bool(checked.wrong) or (strict and bool(checked.odd))
            wrong = wrong or bad
            for oddity in checked.odd:
                warn(oddity)
            click.echo(checked.summary(strict=strict), err=bad)
    if wrong:
        sys.exit(2)
