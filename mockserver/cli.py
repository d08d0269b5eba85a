"""The command line: ``cerebras-mock serve | scenarios | check | explain | schema``."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import click

from .errors import MockServerError

if TYPE_CHECKING:
    from .edge.live import LiveEngine

_LEVELS = ("debug", "info", "warning", "error")
_KINDS = ("scenario", "edition")
_OVERRIDES = (
    click.option("--seed", type=int, help="Seed of every random draw."),
    click.option("--tier", help="Enforce the rate limits of this tier, such as free."),
    click.option("--edition", help="Whose Cerebras: guide, 2026-11, or a YAML file."),
)


def _overridable(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that outrank a scenario's own settings."""
    for option in _OVERRIDES:
        command = option(command)
    return command


def _parameters(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """Read what ``--set`` says: names, and values as they would stand in YAML."""
    from .documents import value_of

    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.BadParameter(f"should be NAME=VALUE, found {one!r}")
        with _one_sentence():
            found[name] = value_of(value, source=f"--set {name}")
    return found


_SET = click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parameters,
    help="A parameter of the scenario; may be given again.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pytest-cerebras", prog_name="cerebras-mock")
def main() -> None:
    """Mock the Cerebras inference API, and break it on command."""


@main.command()
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    show_default="a free one",
    help="To listen on.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--scenario", default="healthy", show_default=True, help="Shipped name or YAML file.")
@_overridable
@_SET
@click.option(
    "--log-level", type=click.Choice(_LEVELS), default="info", show_default=True, help="To stderr."
)
def serve(  # noqa: PLR0913 (an argument for each option)
    *,
    port: int,
    host: str,
    scenario: str,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
    log_level: str,
) -> None:
    """Serve the mock until Ctrl-C or SIGTERM."""
    if not host:
        raise click.UsageError("--host should be an address, such as 127.0.0.1")
    from .edge.live import LiveEngine, Overrides
    from .edge.serving import serve_until_signal
    from .scenario import load

    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=log_level.upper())
    with _one_sentence():
        live = LiveEngine(load(scenario, parameters), Overrides(edition, tier, seed))
    if not _is_loopback(host):
        click.secho(
            f"warning: {host} can be reached from other machines; the mock is meant for loopback",
            fg="yellow",
            err=True,
        )
    try:
        serve_until_signal(live, host, port, ready=partial(_announce, live))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise click.ClickException(f"cannot listen on {host} port {port}: {reason}") from error


@main.command()
@click.option("--tag", "tags", multiple=True, help="Only those with this tag; may be given again.")
def scenarios(tags: tuple[str, ...]) -> None:
    """List the shipped scenarios."""
    from .scenario import load, tagged

    with _one_sentence():
        found = tagged(tags)
    width = max(map(len, found), default=0)
    for name in found:
        click.echo(f"{name:<{width}}  {load(name).description}")


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option("--strict", is_flag=True, help="Take what is odd for wrong.")
def check(paths: tuple[str, ...], *, strict: bool) -> None:
    """
    Check files of scenarios and editions; exit status 2 when one is wrong.

    Which of them a file is, its keys tell. In a folder, each .yaml and .yml file is checked.
    """
    from .checks import check as checked

    wrong = False
    for path in paths:
        for verdict in checked(path):
            wrong = wrong or bool(verdict.wrong) or (strict and bool(verdict.odd))
            for oddity in verdict.odd:
                click.secho(f"warning: {oddity}", fg="yellow", err=True)
            click.echo(str(verdict), err=bool(verdict.wrong))
    if wrong:
        sys.exit(2)


@main.command()
@click.argument("kind", type=click.Choice(_KINDS), default="scenario")
def schema(kind: Literal["scenario", "edition"]) -> None:
    """Print the JSON Schema of scenario files, or of edition files, for editors."""
    from .schemas import text_of

    click.echo(text_of(kind), nl=False)


@main.command()
@click.argument("scenario")
@click.option("--requests", default=6, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--interval", default="1s", show_default=True, help="Time between two requests.")
@click.option(
    "--model",
    show_default="llama3.1-8b, or the first that the edition serves",
    help="Model they ask for.",
)
@click.option("--stream/--no-stream", default=True, show_default=True, help="Ask for a stream.")
@_overridable
@_SET
def explain(  # noqa: PLR0913 (an argument for each option)
    *,
    scenario: str,
    requests: int,
    interval: str,
    model: str | None,
    stream: bool,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
) -> None:
    """Print what sample requests would meet, without a server."""
    from .edge.live import Overrides
    from .explain import explain as explained
    from .quantities import seconds
    from .scenario import load

    try:
        pause = seconds(interval)
    except ValueError as error:
        raise click.UsageError(f"--interval {error}, found {interval!r}") from error
    with _one_sentence():
        found = Overrides(edition, tier, seed).applied_to(load(scenario, parameters))
        click.echo(f"{found.name}: {found.description}")
        if found.expect:
            click.echo(f"a good app: {found.expect}")
        for line in explained(found, requests=requests, interval=pause, model=model, stream=stream):
            click.echo(line)


def _announce(live: LiveEngine, url: str) -> None:
    key = live.engine.edition.keys.sample("mock")
    click.echo(f"Cerebras mock, scenario {live.scenario.name!r}, on {url} (Ctrl-C stops it)")
    click.echo(f'  Cerebras(base_url="{url}", api_key="{key}")')
    click.echo(f'  OpenAI(base_url="{url}/v1", api_key="{key}")')
    sys.stdout.flush()


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Turn what is wrong with the input into a sentence and exit status 2."""
    try:
        yield
    except MockServerError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
