"""
Measures all contenders side by side: ``python -m benchmarks``.

A round starts every contender anew, one after the other, and asks each for every kind; the rounds
follow each other, so that what disturbs the machine for a while disturbs them all. The servers
have one core, the load generator another. Absolute figures belong to the machine; the ratio to
the bare aiohttp handler travels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from . import engine, report
from .contenders import BASELINE, CONTENDERS, Contender, cores, pin
from .kinds import KINDS
from .load import Load
from .report import Figure

_ALL = (*(one.name for one in CONTENDERS), *engine.VARIANTS)
_WARM_UP = 0.3  # of the seconds of a run


class Bench:
    """The figures found so far, and how to find more."""

    def __init__(self, *, seconds: float, connections: int) -> None:
        self.seconds = seconds
        self.connections = connections
        self.figures: dict[tuple[str, str], Figure] = {}
        self.server_core, self.load_core = cores()

    def load(self, contender: Contender) -> None:
        """Ask one contender, freshly started, for every kind."""
        with contender.running(self.server_core) as port:
            for kind in KINDS:
                kind.check(port)
                with Load(port, kind.message(), self.connections) as load:
                    load.run(self.seconds * _WARM_UP)
                    found = load.run(self.seconds)
                figure = self._figure(kind.name, contender.name, kind.unit)
                figure.values.append(found.rate)
                figure.size = found.size
                figure.cpu = max(figure.cpu or 0.0, found.cpu)
                figure.errors += found.errors

    def call(self, variant: str) -> None:
        """Measure the engine without a server."""
        found = engine.measure_apart(variant, self.seconds, self.server_core)
        for kind, microseconds in found.items():
            self._figure(f"engine {kind}", variant, engine.UNIT).values.append(microseconds)

    def sorted(self) -> list[Figure]:
        """Return the figures, kind by kind."""
        kinds = list(dict.fromkeys(kind for kind, _ in self.figures))
        return sorted(self.figures.values(), key=lambda figure: kinds.index(figure.kind))

    def _figure(self, kind: str, contender: str, unit: str) -> Figure:
        return self.figures.setdefault((kind, contender), Figure(kind, contender, unit))


def _chosen(_context: click.Context, _option: click.Parameter, value: str) -> Sequence[str]:
    names = [name.strip() for name in value.split(",")]
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}; there are {', '.join(_ALL)}")
    return names


def _present(contenders: Sequence[Contender]) -> list[Contender]:
    """Say who is measured, and who can't be."""
    for one in contenders:
        missing = f": skipped, needs {', '.join(one.missing)}" if one.missing else ""
        click.echo(f"{one.name}: {one.about}{missing}")
    return [one for one in contenders if not one.missing]


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.05, 60))
@click.option("--connections", default=32, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--only", default=",".join(_ALL), show_default=True, callback=_chosen, metavar="NAME,..."
)
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path))
def main(
    rounds: int, seconds: float, connections: int, only: Sequence[str], path: Path | None
) -> None:
    """Measure how fast the mock server is, beside others."""
    bench = Bench(seconds=seconds, connections=connections)
    if bench.load_core is not None:
        pin(bench.load_core)
    contenders = _present([one for one in CONTENDERS if one.name in only])
    variants = [variant for variant in engine.VARIANTS if variant in only]
    for number in range(rounds):
        click.echo(f"round {number + 1} of {rounds}", err=True)
        for contender in contenders:
            bench.load(contender)
        for variant in variants:
            bench.call(variant)
    figures = bench.sorted()
    settings = {"rounds": rounds, "seconds": seconds, "connections": connections}
    settings["pinned"] = bench.load_core is not None
    click.echo(report.table(figures, BASELINE))
    if path is not None:
        path.write_text(report.document(figures, BASELINE, settings), "utf-8")


if __name__ == "__main__":
    main()
