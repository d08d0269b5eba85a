"""``cerebras-mock check``: whether files are good."""

from __future__ import annotations

import sys

import click

from .options import warn


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option("--strict", is_flag=True, help="Take what is odd for wrong.")
def check(paths: tuple[str, ...], *, strict: bool) -> None:
    """
    Check files of scenarios and editions; exit status 2 when one is wrong.

    Which of them a file is, its keys tell. In a folder, each .yaml and .yml file is checked.
    """
    from mockserver.scenario.checks import check as checks_of

    wrong = False
    for path in paths:
        for checked in checks_of(path):
            bad = bool(checked.wrong) or (strict and bool(checked.odd))
            wrong = wrong or bad
            for oddity in checked.odd:
                warn(oddity)
            click.echo(checked.told(strict=strict), err=bad)
    if wrong:
        sys.exit(2)
