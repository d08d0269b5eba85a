"""``cerebras-mock init``: writes a starter scenario."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click


@click.command()
@click.argument("file", default="scenario.yaml")
def init(file: str) -> None:
    """Write a starter scenario to FILE (default: scenario.yaml; -: stdout)."""
    from mockserver.core.documents import SUFFIXES

    text = files("mockserver.cli").joinpath("starter.yaml").read_text("utf-8")
    if file == "-":
        click.echo(text, nl=False)
        return
    if not file.endswith(SUFFIXES):
        raise click.UsageError(f"FILE should end in {' or '.join(SUFFIXES)}, found {file!r}")
    text = text.replace("FILE", shlex.quote(file))
    try:
        with Path(file).open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        raise click.ClickException(f"{file}: already exists and is not overwritten") from error
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error
    click.echo(f"wrote {file}; next: cerebras-mock explain {shlex.quote(file)}")
