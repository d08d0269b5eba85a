"""The command line: ``cerebras-mock serve | scenarios | init | check | explain | schema``."""

from __future__ import annotations

import codecs
import ipaddress
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from socket import gaierror
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

from .errors import MockServerError

if TYPE_CHECKING:
    from .edge.live import LiveEngine
    from .edge.reload import Reloader
    from .edge.serving import Address
    from .timeline import Kind

_LEVELS = ("debug", "info", "warning", "error")
_KINDS = ("scenario", "edition")
_NARROWEST = 60
_STYLES: Mapping[Kind, dict[str, Any]] = {
    "wait": {"fg": "yellow"},
    "pause": {"dim": True},
    "head": {"fg": "blue"},
    "error": {"fg": "red"},
    "data": {"fg": "green"},
    "end": {"fg": "green"},
    "lost": {"fg": "red", "bold": True},
    "stall": {"fg": "magenta"},
}
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


def _bytes(_: click.Context, __: click.Parameter, given: str) -> int:
    from .quantities import size

    try:
        return size(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}, found {given!r}") from error


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
@click.pass_context
def main(context: click.Context) -> None:
    """Mock the Cerebras inference API, and break it on command."""
    if os.environ.get("NO_COLOR"):
        context.color = False
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # any name can be shown anywhere


@main.command()
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    show_default="a free one",
    help="To listen on.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--scenario",
    default="healthy",
    show_default=True,
    help="Shipped name, YAML file, or folder: what was changed last in it.",
)
@click.option(
    "--reload/--no-reload",
    default=True,
    show_default=True,
    help="Play a scenario again when one of its files has changed.",
)
@_overridable
@_SET
@click.option("--tls-cert", metavar="FILE", help="Certificate in PEM: serve https. With --tls-key.")
@click.option("--tls-key", metavar="FILE", help="Its private key in PEM, without a password.")
@click.option(
    "--admin-token",
    metavar="TOKEN",
    envvar="CEREBRAS_MOCK_ADMIN_TOKEN",
    help="What the admin API asks for. Without one, it is for this machine only.",
)
@click.option(
    "--workers",
    default=1,
    type=click.IntRange(1, 64),
    show_default=True,
    help="Processes to answer with, on Linux. They share the port and nothing else: limits, "
    "schedules, state, files and the journal are counted by each for itself. They don't reload.",
)
@click.option(
    "--journal",
    default=10_000,
    type=click.IntRange(min=1),
    show_default=True,
    metavar="N",
    help="How many requests to keep with their answers, the last ones. A retry is recognised as "
    "long as the attempt before it is kept.",
)
@click.option(
    "--journal-body",
    default="16KiB",
    show_default=True,
    metavar="SIZE",
    callback=_bytes,
    help="What to keep of each request's body, and of each answer's.",
)
@click.option(
    "--log-level", type=click.Choice(_LEVELS), default="info", show_default=True, help="To stderr."
)
def serve(  # noqa: PLR0913 (an argument for each option)
    *,
    port: int,
    host: str,
    scenario: str,
    reload: bool,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
    tls_cert: str | None,
    tls_key: str | None,
    admin_token: str | None,
    workers: int,
    journal: int,
    journal_body: int,
    log_level: str,
) -> None:
    """Serve the mock until Ctrl-C or SIGTERM."""
    if not host:
        raise click.UsageError("--host should be an address, such as 127.0.0.1")
    if admin_token == "":
        raise click.UsageError("--admin-token should not be empty")
    if (tls_cert is None) is not (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key should be given together, or neither")
    from .edge.live import Overrides
    from .edge.reload import Reloader
    from .edge.serving import Address
    from .edge.tls import server_context
    from .retention import Retention

    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=log_level.upper())
    with _one_sentence():
        retention = Retention(journal, journal_body)
        overrides = Overrides(edition, tier, seed)
        reloader = Reloader(scenario, parameters, overrides, retention=retention)
        tls = server_context(tls_cert, tls_key) if tls_cert and tls_key else None
    if not _is_loopback(host):
        _warn(f"{host} can be reached from other machines; the mock is meant for loopback")
    try:
        _serve(reloader, Address(host, port, tls, token=admin_token), workers, reload=reload)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {_reason(error)}"
        ) from error


def _reason(error: OSError | UnicodeError) -> str:
    match error:
        case UnicodeError():
            return "this can be no name of a host"
        case gaierror(strerror=str(said)):
            return said
        case OSError(errno=int(number)):
            return os.strerror(number)
        case _:
            return str(error)


def _serve(reloader: Reloader, address: Address, workers: int, *, reload: bool) -> None:
    from .edge.serving import serve_until_signal

    live, ready = reloader.live, partial(_announce, reloader.live, workers)
    if workers == 1:
        beside = reloader.run if reload and reloader.watches else None
        return serve_until_signal(live, address, ready=ready, beside=beside)
    from .edge.workers import reason_against, serve_by_workers

    reason = reason_against(live)
    if reason is not None:
        raise click.UsageError(reason)
    if not serve_by_workers(live, address, workers, ready=ready, died=_warn):
        sys.exit(1)
    return None


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
    from .checks import check as checks_of

    wrong = False
    for path in paths:
        for checked in checks_of(path):
            wrong = wrong or bool(checked.wrong) or (strict and bool(checked.odd))
            for oddity in checked.odd:
                click.secho(f"warning: {oddity}", fg="yellow", err=True)
            click.echo(str(checked), err=bool(checked.wrong))
    if wrong:
        sys.exit(2)


@main.command()
@click.argument("file", default="scenario.yaml")
def init(file: str) -> None:
    """Write a scenario to begin with into FILE (default: scenario.yaml; -: stdout)."""
    from .documents import SUFFIXES

    text = files("mockserver").joinpath("starter.yaml").read_text("utf-8")
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
        raise click.ClickException(f"{file}: is there already, and is not overwritten") from error
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error
    click.echo(f"wrote {file}; next: cerebras-mock explain {shlex.quote(file)}")


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
@click.option(
    "--svg",
    type=click.File("w", encoding="utf-8"),
    metavar="FILE",
    help="Draw them all on one axis of time into this file (-: stdout), instead.",
)
@_overridable
@_SET
def explain(  # noqa: PLR0913 (an argument for each option)
    *,
    scenario: str,
    requests: int,
    interval: str,
    model: str | None,
    stream: bool,
    svg: TextIO | None,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
) -> None:
    """Print what sample requests would meet, with a drawn time line; no server is needed."""
    from .edge.live import Overrides
    from .explain import samples, told_as_svg, told_as_text
    from .quantities import seconds
    from .scenario import load

    try:
        pause = seconds(interval)
    except ValueError as error:
        raise click.UsageError(f"--interval {error}, found {interval!r}") from error
    with _one_sentence():
        found = Overrides(edition, tier, seed).applied_to(load(scenario, parameters))
        met = samples(found, requests=requests, interval=pause, model=model, stream=stream)
    title = f"{found.name}: {found.description}"
    if svg is not None:
        svg.write(told_as_svg(met, title=title))
        return
    click.echo(title)
    if found.expect:
        click.echo(f"a good app: {found.expect}")
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    for line in told_as_text(met, width=width, plain=not _is_unicode(sys.stdout), paint=_painted):
        click.echo(line)


def _painted(text: str, kind: Kind) -> str:
    return click.style(text, **_STYLES[kind])


def _is_unicode(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding).name.startswith("utf")


def _warn(what: str) -> None:
    click.secho(f"warning: {what}", fg="yellow", err=True)


def _announce(live: LiveEngine, workers: int, url: str) -> None:
    key = live.engine.edition.keys.sample("mock")
    click.echo(f"Cerebras mock, scenario {live.scenario.name!r}, on {url} (Ctrl-C stops it)")
    click.echo(f'  Cerebras(base_url="{url}", api_key="{key}")')
    click.echo(f'  OpenAI(base_url="{url}/v1", api_key="{key}")')
    if workers > 1:
        click.echo(f"  {workers} workers, each with limits, schedules and a journal of its own")
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
