"""``cerebras-mock run``: runs a command against the mock, under one scenario or many."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.options import SET, one_sentence, overridable
from mockserver.core.errors import MockServerError

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.scenario import Scenario

    from .playing import Ended

GUILTY = 10  # as pytest --cerebras-strict ends a run
_REPORTS = (".html", ".json", ".xml")


class _Run(click.Command):
    """Keeps its arguments as given: a sealed run starts the command again with them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the arguments, and parse them."""
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)


@click.command(cls=_Run, context_settings={"allow_interspersed_args": False})
@click.option("--scenario", help="Shipped name, or YAML file.  [default: healthy]")
@click.option(
    "--chaos",
    metavar="NAMES",
    help="Run the command once under each of these: all, tag:NAME, or names and files, parted by "
    "commas; NAME(after=3) chooses a parameter.",
)
@overridable
@SET
@click.option(
    "--time-scale",
    type=click.FloatRange(0, min_open=True),
    metavar="F",
    help="What a second of the mock takes: 0.1 is ten times as fast.",
)
@click.option("--strict", is_flag=True, help=f"End with {GUILTY} when the client is guilty.")
@click.option(
    "--others",
    type=click.Choice(("pass", "block")),
    default="pass",
    show_default=True,
    help="What becomes of requests to other hosts.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Answer for this host, too; may be given again.",
)
@click.option(
    "--sealed",
    is_flag=True,
    help="Run it where nothing can leave: in namespaces of its own, on Linux.",
)
@click.option(
    "--allow",
    multiple=True,
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="With --sealed: let it reach this port of the machine, as of a database.",
)
@click.option("--inside", hidden=True)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="Write FILE.html, FILE.json, or FILE.xml for JUnit; may be given again.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def run(  # noqa: PLR0913 (an argument for each option)
    arguments: tuple[str, ...],
    *,
    scenario: str | None,
    chaos: str | None,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
    time_scale: float | None,
    strict: bool,
    others: str,
    hosts: tuple[str, ...],
    sealed: bool,
    allow: tuple[int, ...],
    inside: str | None,
    reports: tuple[str, ...],
    command: tuple[str, ...],
) -> None:
    """
    Run COMMAND unchanged, in any language, in front of the mock.

    Requests to api.cerebras.ai are answered by the mock, through variables for the base URL, a
    proxy and certificates. It ends with the exit status of the command, or that of the first one
    that fails under --chaos.
    """
    from mockserver.edge.live import Overrides

    from .printing import lines
    from .runs import Seal, Ways, runs
    from .sealed import run_sealed

    with one_sentence():
        files = _files(reports)
        scenarios = _scenarios(scenario, chaos, parameters)
        if sealed and inside is None:
            sys.exit(run_sealed(arguments, allow))
        seal = None if inside is None else Seal.of(inside)
        ways = Ways(hosts, blocks=others == "block" or sealed, seal=seal, ports=allow)
        settings = Overrides(edition, tier, seed)
        found = []
        for ended in runs(command, scenarios, ways, overrides=settings, time_scale=time_scale):
            found.append(ended)
            for line in lines(ended):
                _say(line)
    _finish(found, command, files, strict=strict)


def _scenarios(
    scenario: str | None, chaos: str | None, parameters: dict[str, Any]
) -> list[Scenario]:
    """Return the scenarios to run under. Raises MockServerError."""
    from mockserver.scenario import load

    if chaos is None:
        return [load(scenario or "healthy", parameters)]
    if scenario is not None or parameters:
        raise MockServerError("--chaos names the scenarios: leave out --scenario and --set")
    import pytest

    from pytest_cerebras.chaos.choice import RELEVANT, chosen, parts

    if RELEVANT in parts(chaos):
        raise MockServerError(f"--chaos {RELEVANT} needs tests that pytest runs; take all")
    try:
        return [load(str(one), getattr(one, "parameters", {})) for one in chosen(chaos, "--chaos")]
    except pytest.UsageError as error:
        raise MockServerError(str(error)) from error


def _files(reports: tuple[str, ...]) -> list[Path]:
    """Return the files to write. Raises MockServerError for one that can't be written."""
    from pathlib import Path

    files = [Path(name) for name in reports]
    for file in files:
        if file.suffix not in _REPORTS:
            known = ", ".join(_REPORTS)
            raise MockServerError(f"--report {file}: should end in one of {known}")
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise MockServerError(f"--report {file}: there is no such folder")
    return files


def _finish(
    runs: list[Ended], command: tuple[str, ...], files: list[Path], *, strict: bool
) -> None:
    """Print a summary, write the reports, and exit with the status of all runs."""
    from .printing import summary
    from .reports import write

    for line in summary(runs):
        _say(line)
    for file in files:
        write(file, runs, command)
        _say(f"written: {file}")
    failed = next((ended.status for ended in runs if ended.status), 0)
    guilty = strict and any(ended.is_guilty for ended in runs)
    sys.exit(failed or (GUILTY if guilty else 0))


def _say(line: str) -> None:
    """Print a line to stderr: stdout is the command's."""
    from mockserver.core.credentials import redacted

    click.echo(redacted(f"cerebras-mock: {line}"), err=True)
