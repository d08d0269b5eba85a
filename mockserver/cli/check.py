"""``cerebras-mock check``: whether files are good."""

from __future__ import annotations

import sys

import click


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
            wrong = wrong or bool(checked.wrong) or (strict and bool(checked.odd))
            for oddity in checked.odd:
                click.secho(f"warning: {oddity}", fg="yellow", err=True)
            click.echo(str(checked), err=bool(checked.wrong))
    if wrong:
        sys.exit(2)
