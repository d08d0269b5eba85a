"""
Measures all contenders side by side: ``python -m benchmarks``.

A round measures each kind for each of its contenders, with every server freshly started. Rounds
follow each other, so a temporary disturbance of the machine affects all contenders. The servers run
on one core and the load generator on another. Absolute figures depend on the machine. Ratios carry
over to other machines and are computed within a round.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from . import chart, machine, markdown, report
from .figures import QUICK, Figures, Kind, Scale, Setting
from .kinds import KINDS

_SUBJECTS = tuple(dict.fromkeys(name for kind in KINDS for name in kind.subjects))


def _chosen(known: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    def callback(_context: click.Context, _option: click.Parameter, value: str) -> list[str]:
        names = [name.strip() for name in value.split(",")]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise click.BadParameter(f"{', '.join(unknown)}; there are {', '.join(known)}")
        return names

    return callback


def _all(name: str, known: Sequence[str], what: str) -> Callable[..., Callable[..., None]]:
    return click.option(
        name, default=",".join(known), callback=_chosen(known), metavar="NAME,...", help=what
    )


def _present(kind: Kind, names: Sequence[str]) -> list[str]:
    """Return the contenders that can be measured; print why others cannot."""
    present = []
    for name in (name for name in kind.subjects if name in names):
        needs = kind.missing(name)
        if needs:
            click.echo(f"{kind.name}: {name} is left out; it needs {' and '.join(needs)}", err=True)
        else:
            present.append(name)
    return present


def _measure(kinds: Sequence[Kind], names: Sequence[str], setting: Setting) -> Figures:
    present = {kind.name: _present(kind, names) for kind in kinds}
    figures = Figures()
    for number in range(setting.scale.rounds):
        for kind in kinds:
            for name in present[kind.name]:
                click.echo(f"round {number + 1}: {kind.name}, {name}", err=True)
                figures.add(kind, name, kind.measure(name, setting))
    return figures


@click.command()
@_all("--kinds", [kind.name for kind in KINDS], "Kinds of measurements.")
@_all("--only", _SUBJECTS, "Servers and plugins to measure.")
@click.option("--quick", is_flag=True, help="One very short round, to see that all works.")
@click.option("--rounds", type=click.IntRange(1, 100))
@click.option("--seconds", type=click.FloatRange(0.05, 60), help="Length of a run under load.")
@click.option("--connections", type=click.IntRange(1, 1000))
@click.option(
    "--requests", type=click.IntRange(100, 100_000_000), help="Number, for the kind `memory`."
)
@click.option(
    "--markdown", "markdown_wanted", is_flag=True, help="Print the tables of docs/speed.md."
)
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--chart",
    "drawing",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for an SVG chart.",
)
def main(
    *,
    kinds: list[str],
    only: list[str],
    quick: bool,
    markdown_wanted: bool,
    path: Path | None,
    drawing: Path | None,
    **scale: Any,
) -> None:
    """Measure how fast the mock server is, compared with others."""
    given = {name: value for name, value in scale.items() if value is not None}
    setting = Setting(replace(QUICK if quick else Scale(), **given), *machine.cores())
    machine.pin(setting.load_core)
    machine.allow_files()
    wanted = [kind for kind in KINDS if kind.name in kinds]
    figures = _measure(wanted, only, setting)
    click.echo((markdown.tables if markdown_wanted else report.text)(figures, wanted))
    if path is not None:
        path.write_text(report.document(figures, wanted, asdict(setting)), "utf-8")
    if drawing is not None:
        drawing.write_text(chart.drawn(figures, wanted), "utf-8")


if __name__ == "__main__":
    main()
