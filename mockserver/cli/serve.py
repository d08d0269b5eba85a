"""``cerebras-mock serve``: runs the mock in the foreground until a signal ends it."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from functools import partial
from socket import gaierror
from typing import TYPE_CHECKING, Any

import click

from .options import SET, one_sentence, overridable, warn

if TYPE_CHECKING:
    from mockserver.edge.live import LiveEngine
    from mockserver.edge.reload import Reloader
    from mockserver.edge.server.serving import Address

_LEVELS = ("debug", "info", "warning", "error")


def _bytes(_: click.Context, __: click.Parameter, given: str) -> int:
    from mockserver.core.units import size

    try:
        return size(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}, found {given!r}") from error


@click.command()
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    show_default="a free one",
    help="Port to listen on.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--scenario",
    default="healthy",
    show_default=True,
    help="Shipped name, YAML file, or folder whose most recently changed file is played.",
)
@click.option(
    "--reload/--no-reload",
    default=True,
    show_default=True,
    help="Restart the scenario when one of its files changes.",
)
@overridable
@SET
@click.option("--tls-cert", metavar="FILE", help="Certificate in PEM: serve https. With --tls-key.")
@click.option("--tls-key", metavar="FILE", help="Private key in PEM, without a password.")
@click.option(
    "--admin-token",
    metavar="TOKEN",
    envvar="CEREBRAS_MOCK_ADMIN_TOKEN",
    help="Token that the admin API requires. Without one, it serves only this machine.",
)
@click.option(
    "--workers",
    default=1,
    type=click.IntRange(1, 64),
    show_default=True,
    help="Worker processes, on Linux only. They share the port and nothing else: each has limits, "
    "schedules, state, files and a journal of its own. They do not reload.",
)
@click.option(
    "--journal",
    default=10_000,
    type=click.IntRange(min=1),
    show_default=True,
    metavar="N",
    help="Number of latest requests to keep with their answers. A retry is recognised while the "
    "previous attempt is kept.",
)
@click.option(
    "--journal-body",
    default="16KiB",
    show_default=True,
    metavar="SIZE",
    callback=_bytes,
    help="How much to keep of the body of each request and each answer.",
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
    from mockserver.edge.live import Overrides
    from mockserver.edge.reload import Reloader
    from mockserver.edge.server.serving import Address
    from mockserver.edge.server.tls import server_context
    from mockserver.journal import Retention

    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=log_level.upper())
    with one_sentence():
        retention = Retention(journal, journal_body)
        overrides = Overrides(edition, tier, seed)
        reloader = Reloader(scenario, parameters, overrides, retention=retention)
        tls = server_context(tls_cert, tls_key) if tls_cert and tls_key else None
    if not _is_loopback(host):
        warn(f"{host} can be reached from other machines; the mock is meant for loopback")
    try:
        _serve(reloader, Address(host, port, tls, token=admin_token), workers, reload=reload)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {_reason(error)}"
        ) from error


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


def _serve(reloader: Reloader, address: Address, workers: int, *, reload: bool) -> None:
    from mockserver.edge.server.serving import serve_until_signal

    live, ready = reloader.live, partial(_announce, reloader.live, workers)
    if workers == 1:
        beside = reloader.run if reload and reloader.watches else None
        return serve_until_signal(live, address, ready=ready, beside=beside)
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
    if workers > 1:
        click.echo(f"  {workers} workers, each with limits, schedules and a journal of its own")
    sys.stdout.flush()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
