"""``cerebras-mock schema``: prints the JSON Schemas for editors."""

from __future__ import annotations

from typing import Literal

import click

_KINDS = ("scenario", "edition")


@click.command()
@click.argument("kind", type=click.Choice(_KINDS), default="scenario")
def schema(kind: Literal["scenario", "edition"]) -> None:
    """Print the JSON Schema of scenario or edition files, for editors."""
    from mockserver.scenario.schemas import text_of

    click.echo(text_of(kind), nl=False)
