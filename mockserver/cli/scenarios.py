"""``cerebras-mock scenarios``: lists the shipped scenarios."""

from __future__ import annotations

import click

from .options import one_sentence


@click.command()
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag; can be repeated.")
def scenarios(tags: tuple[str, ...]) -> None:
    """List the shipped scenarios."""
    from mockserver.scenario import load, tagged

    with one_sentence():
        found = tagged(tags)
    width = max(map(len, found), default=0)
    for name in found:
        click.echo(f"{name:<{width}}  {load(name).description}")
