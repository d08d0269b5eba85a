"""``cerebras-mock run``: runs a command against the mock, under one scenario or several."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.options import SET, not_empty, one_sentence, overridable
from mockserver.core.errors import MockServerError, shown

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.scenario import Scenario

    from .playing import Ended
    from .starting import Command

GUILTY = 10  # as with pytest --cerebras-strict
UNWRITTEN = 1
_SMALLEST, _LARGEST = 1e-6, 1e6  # of the values of --time-scale
_REPORTS = (".html", ".json", ".xml")


class _Run(click.Command):
    """Keeps a copy of the unparsed arguments, with which a sealed run starts the command again."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Save the arguments, and parse them."""
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)


def _factor(_: click.Context, __: click.Parameter, given: str | None) -> float | None:
    """Return the number by which time is multiplied; nan is refused like one out of range."""
    if given is None:
        return None
    with suppress(ValueError):
        if _SMALLEST <= (found := float(given)) <= _LARGEST:
            return found
    raise click.BadParameter(
        f"should be a number from {_SMALLEST:f} to {_LARGEST:.0f}, found {shown(given)}"
    )


@click.command(cls=_Run, context_settings={"allow_interspersed_args": False})
@click.option(
    "--scenario", callback=not_empty, help="Shipped name, or YAML file.  [default: healthy]"
)
@click.option(
    "--chaos",
    metavar="NAMES",
    callback=not_empty,
    help="Run the command once under each of these: all, tag:NAME, or names and files, separated "
    "by commas; NAME(after=3) chooses a parameter.",
)
@overridable
@SET
@click.option(
    "--time-scale",
    callback=_factor,
    metavar="F",
    help="Length of the mock's second; with 0.1, the mock is ten times as fast.",
)
@click.option(
    "--strict",
    is_flag=True,
    help=f"Exit with {GUILTY} if a verdict on the client is certain.",
)
@click.option(
    "--others",
    type=click.Choice(("pass", "block")),
    default="pass",
    show_default=True,
    help="How to treat requests to other hosts.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Answer for this host as well; can be repeated.",
)
@click.option(
    "--sealed",
    is_flag=True,
    help="Run the command in its own Linux namespaces, from which no request can reach the "
    "network.",
)
@click.option(
    "--allow",
    multiple=True,
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="With --sealed: let the command reach this port of the machine, such as that of a "
    "database.",
)
@click.option("--inside", hidden=True)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="Write FILE.html, FILE.json, or FILE.xml for JUnit; can be repeated.",
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
    Run COMMAND, in any language and unchanged, against the mock.

    Requests to api.cerebras.ai are answered by the mock, through variables for the base URL, a
    proxy and certificates. The exit status is that of the command; with --chaos, that of the first
    run that fails.
    """
    from mockserver.edge.live import Overrides

    from .hosts import host_of
    from .runs import Seal, Ways, runs
    from .sealed import run_sealed
    from .signals import Signals
    from .starting import Command

    if allow and not sealed:
        raise click.UsageError("--allow needs --sealed: without it, the command reaches every port")
    with one_sentence(), _startable():
        named = tuple(map(host_of, hosts))
        files = _files(reports)
        scenarios = _scenarios(scenario, chaos, parameters)
        if sealed and inside is None:
            sys.exit(run_sealed(arguments, allow))
        seal = None if inside is None else Seal.of(inside)
        ways = Ways(named, blocks=others == "block" or sealed, seal=seal, ports=allow)
        settings = Overrides(edition, tier, seed)
        started = Command(command, Signals())
        found = _told(runs(started, scenarios, ways, overrides=settings, time_scale=time_scale))
    _finish(found, started, files, left=len(scenarios) - len(found), strict=strict)


@contextmanager
def _startable() -> Iterator[None]:
    """Turn an error of this machine into one sentence and exit status 1."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of our output has gone, which click ends quietly
    except (OSError, CalledProcessError) as error:
        said = getattr(error, "strerror", None) or error
        raise click.ClickException(f"the mock can't be started on this machine: {said}") from error


def _scenarios(
    scenario: str | None, chaos: str | None, parameters: dict[str, Any]
) -> list[Scenario]:
    """Return the scenarios under which the command runs. Raises MockServerError."""
    from mockserver.scenario import load

    if chaos is None:
        return [load("healthy" if scenario is None else scenario, parameters)]
    if scenario is not None or parameters:
        raise MockServerError("--chaos names the scenarios: leave out --scenario and --set")
    import pytest

    from pytest_cerebras.chaos.choice import RELEVANT, chosen, parts

    if RELEVANT in parts(chaos):
        raise MockServerError(f"--chaos {RELEVANT} works only in pytest: use all")
    try:
        return [load(str(one), getattr(one, "parameters", {})) for one in chosen(chaos, "--chaos")]
    except pytest.UsageError as error:
        raise MockServerError(str(error)) from error


def _files(reports: tuple[str, ...]) -> list[Path]:
    """Return the files to write. Raises MockServerError if a file can't be written."""
    from pathlib import Path

    files = [Path(name) for name in reports]
    for file in files:
        if file.suffix not in _REPORTS:
            known = ", ".join(_REPORTS)
            raise MockServerError(f"--report {file}: should end in one of {known}")
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise MockServerError(f"--report {file}: there is no such folder")
    return files


def _told(runs: Iterator[Ended]) -> list[Ended]:
    """Return the runs, after printing each as soon as it has ended."""
    from .printing import lines

    found = []
    for ended in runs:
        found.append(ended)
        for line in lines(ended):
            _say(line)
    return found


def _finish(
    runs: list[Ended], command: Command, files: list[Path], *, left: int, strict: bool
) -> None:
    """
    Print a summary, write the reports, and exit with the status of all runs.

    ``left`` is the number of scenarios that were not played.
    """
    from mockserver.core.units import counted

    from .printing import summary
    from .reports import write

    signals = command.signals
    if signals.first and left:
        _say(f"ended by {signals.name}: {counted(left, 'scenario')} not played")
    for line in summary(runs):
        _say(line)
    unwritten = 0
    for file in files:
        try:
            write(file, runs, command.words)
        except OSError as error:
            unwritten = UNWRITTEN
            _say(f"can't write {file}: {error.strerror or error}")
        else:
            _say(f"written: {file}")
    failed = next((ended.status for ended in runs if ended.status), 0)
    guilty = strict and any(ended.is_guilty for ended in runs)
    sys.exit(failed or (signals.status if left else 0) or (GUILTY if guilty else unwritten))


def _say(line: str) -> None:
    """Print a line to stderr, because stdout belongs to the command."""
    from mockserver.core.credentials import redacted

    click.echo(redacted(f"cerebras-mock: {line}"), err=True)
