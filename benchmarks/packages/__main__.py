"""
Measures what released packages do under faults: ``python -m benchmarks.packages ENVIRONMENTS``.

Each package has an environment of its own below the given folder, named after the package.
``--requirements`` prints what pip must install there.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from . import tables
from .apps import APPS, SCENARIOS, App
from .findings import finding, sources
from .run import noted

_MEASURED = Path(__file__).parents[2] / "docs/measured"


def _measured(app: App, environments: Path, logs: Path) -> dict[str, Any]:
    python = environments / app.package / "bin/python"
    versions: dict[str, str] = {}
    cells = {}
    for scenario in SCENARIOS:
        found = noted(app, scenario, python, logs / f"{app.package}-{scenario}.log")
        cells[scenario] = finding(found, sources(app)[scenario])
        versions = dict(found.versions) if found else versions
        click.echo(f"{app.package}, {scenario}: {cells[scenario]['outcome']}", err=True)
    return {"versions": versions, "cells": cells}


@click.command()
@click.argument("environments", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--requirements", is_flag=True, help="Print each package and its requirement.")
@click.option("--only", multiple=True, help="A package to measure, instead of all.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=_MEASURED,
    help="Where packages.yaml and packages.md go.",
)
@click.option("--logs", type=click.Path(file_okay=False, path_type=Path), help="Output of pytest.")
def main(
    *,
    environments: Path | None,
    requirements: bool,
    only: tuple[str, ...],
    output: Path,
    logs: Path | None,
) -> None:
    """Measure each package under each scenario, in its own environment."""
    if requirements or environments is None:
        click.echo("\n".join(f"{app.package} {app.requirement}" for app in APPS))
        return
    environments = environments.absolute()  # each cell has a working folder of its own
    logs = logs or environments / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    chosen = [app for app in APPS if not only or app.package in only]
    packages = {app.package: _measured(app, environments, logs) for app in chosen}
    date, python = f"{datetime.now(UTC):%Y-%m-%d}", sys.version.split()[0]
    text = tables.document(date, python, packages)
    (output / "packages.yaml").write_text(text, "utf-8")
    page = tables.page({"date": date, "python": python, "packages": packages})
    (output / "packages.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
