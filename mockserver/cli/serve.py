"""``cerebras-mock serve``: runs the mock in the foreground until a signal ends it."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from contextlib import ExitStack, suppress
from functools import partial
from secrets import token_hex
from socket import gaierror
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import click

from .options import SET, not_empty, one_sentence, overridable, warn

if TYPE_CHECKING:
    from mockserver.edge.live import LiveEngine, Overrides
    from mockserver.edge.server.serving import Address, Job
    from mockserver.edge.state.shared import WhenLost
    from mockserver.journal import Retention

    _Mock: TypeAlias = tuple[LiveEngine, Job | None]

_LEVELS = ("debug", "info", "warning", "error")


def _bytes(_: click.Context, __: click.Parameter, given: str) -> int:
    from mockserver.core.units import size

    try:
        return size(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}, found {given!r}") from error


_NO_REDIS = "--state needs redis-py: python -m pip install 'pytest-cerebras[cluster]'"


@click.command()
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    show_default="a free one",
    help="Port to listen on.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    callback=not_empty,
    help="Address to listen on.",
)
@click.option(
    "--scenario",
    default="healthy",
    callback=not_empty,
    show_default=True,
    help="Name of a shipped scenario, or path of a YAML file or folder. In a folder, the most "
    "recently changed file is served.",
)
@click.option(
    "--reload/--no-reload",
    default=True,
    show_default=True,
    help="Restart the scenario when one of its files changes.",
)
@overridable
@SET
@click.option(
    "--tls-cert",
    metavar="FILE",
    callback=not_empty,
    help="Certificate in PEM, for https. Needs --tls-key.",
)
@click.option(
    "--tls-key",
    metavar="FILE",
    callback=not_empty,
    help="Private key in PEM, without a password.",
)
@click.option(
    "--admin-token",
    metavar="TOKEN",
    envvar="CEREBRAS_MOCK_ADMIN_TOKEN",
    callback=not_empty,
    help="Token that the admin API requires. Without a token, it answers only this machine.",
)
@click.option(
    "--workers",
    default=1,
    type=click.IntRange(1, 64),
    show_default=True,
    help="Number of worker processes, on Linux only. They share the port. Without --state each has "
    "limits, schedules, state, files and a journal of its own. Workers do not reload files.",
)
@click.option(
    "--state",
    metavar="URL",
    envvar="CEREBRAS_MOCK_STATE",
    callback=not_empty,
    help="Redis or Valkey, as redis://, rediss:// or unix://. All mocks with the same URL share "
    "limits, schedules and state. 'private' starts a store for this mock only.",
)
@click.option(
    "--state-lost",
    type=click.Choice(["refuse", "alone"]),
    help="What to do while the store can't be reached: refuse requests with 503 (the default), or "
    "go on with separate state.",
)
@click.option(
    "--journal",
    default=10_000,
    type=click.IntRange(min=1),
    show_default=True,
    metavar="N",
    help="Number of latest requests to keep with their answers. A retry is recognized only while "
    "the previous attempt is kept.",
)
@click.option(
    "--journal-body",
    default="16KiB",
    show_default=True,
    metavar="SIZE",
    callback=_bytes,
    help="How much of the body to keep, for each request and each answer.",
)
@click.option(
    "--log-level", type=click.Choice(_LEVELS), default="info", show_default=True, help="On stderr."
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
    state: str | None,
    state_lost: WhenLost | None,
    journal: int,
    journal_body: int,
    log_level: str,
) -> None:
    """Serve the mock until Ctrl-C, SIGTERM, or the end of its terminal."""
    if (tls_cert is None) is not (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key should be given together, or neither")
    if state_lost and not state:
        raise click.UsageError("--state-lost needs --state, which names the store")
    from mockserver.edge.live import Overrides
    from mockserver.edge.server.serving import Address
    from mockserver.edge.server.tls import server_context
    from mockserver.journal import Retention

    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=log_level.upper())
    with ExitStack() as stack:
        with one_sentence():
            kept = Retention(journal, journal_body)
            played = _Played(scenario, parameters, Overrides(edition, tier, seed), kept)
            if not state:
                mock = _reloading(played, reload=reload and workers == 1)
            else:
                mock = _sharing(played, state, state_lost or "refuse", stack)
            tls = server_context(tls_cert, tls_key) if tls_cert and tls_key else None
        _serve(*mock, Address(host, port, tls, token=admin_token), workers)


class _Played(NamedTuple):
    """The settings from the command line."""

    scenario: str
    parameters: dict[str, Any]
    overrides: Overrides
    retention: Retention


def _reloading(played: _Played, *, reload: bool) -> _Mock:
    """Return a mock that keeps its own state, and the job that watches its files (None: no job)."""
    from mockserver.edge.reload import Reloader

    name, parameters, overrides, retention = played
    reloader = Reloader(name, parameters, overrides, retention=retention)
    return reloader.live, reloader.run if reload and reloader.watches else None


def _sharing(played: _Played, state: str, lost: WhenLost, stack: ExitStack) -> _Mock:
    """Return a mock that keeps its state in a store; ``stack`` stops the store if it is private."""
    from mockserver.edge.state.address import read_address
    from mockserver.edge.state.private import private_store
    from mockserver.scenario import loaded

    try:
        from mockserver.edge.state.shared import SharedLive
    except ModuleNotFoundError as error:
        raise click.UsageError(_NO_REDIS) from error

    try:
        own = state == "private"
        address = stack.enter_context(private_store()) if own else read_address(state)
    except ValueError as error:
        raise click.UsageError(f"--state {error}") from error
    name, parameters, overrides, retention = played
    found, replica = loaded(name, parameters), token_hex(3)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(logging.Formatter(f"[{replica}] %(message)s"))
    live = SharedLive(found, overrides, address, lost=lost, retention=retention, replica=replica)
    return live, None


def _reason(error: OSError | UnicodeError) -> str:
    match error:
        case UnicodeError():
            return "not a valid host name"
        case gaierror(strerror=str(said)):
            return said
        case OSError(errno=int(number)):
            return os.strerror(number)
        case _:
            return str(error)


def _serve(live: LiveEngine, beside: Job | None, address: Address, workers: int) -> None:
    host, port = address.host, address.port
    if not _is_loopback(host):
        warn(f"{host} can be reached from other machines; the mock is meant for local use only")
    try:
        with one_sentence():
            _listen(live, beside, address, workers)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {_reason(error)}"
        ) from error


def _listen(live: LiveEngine, beside: Job | None, address: Address, workers: int) -> None:
    from mockserver.edge.server.serving import serve_until_signal

    ready = partial(_announce, live, workers)
    if workers == 1:
        serve_until_signal(live, address, ready=ready, beside=beside)
        return _print_cost(live)
    from mockserver.edge.server.workers import reason_against, serve_by_workers

    reason = reason_against(live)
    if reason is not None:
        raise click.UsageError(reason)
    if not serve_by_workers(live, address, workers, ready=ready, died=warn):
        sys.exit(1)
    return None


def _announce(live: LiveEngine, workers: int, url: str) -> None:
    key = live.engine.edition.keys.sample("mock")
    click.echo(f"Cerebras mock, scenario {live.scenario.name!r}, on {url} (Ctrl-C stops it)")
    click.echo(f'  Cerebras(base_url="{url}", api_key="{key}")')
    click.echo(f'  OpenAI(base_url="{url}/v1", api_key="{key}")')
    if live.replica:
        who = f"{workers} workers" if workers > 1 else f"replica {live.replica}"
        click.echo(f"  {who}; limits, schedules and state are in a store, each journal is separate")
    elif workers > 1:
        click.echo(f"  {workers} workers, each with limits, schedules and a journal of its own")
    sys.stdout.flush()


def _print_cost(live: LiveEngine) -> None:
    """Print the cost of the requests in the journal, unless the terminal has been closed."""
    from mockserver.journal.costs import bill

    if cost := bill([(live.journal, live.engine.edition)]):
        with suppress(OSError):
            click.echo(cost)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
