"""Runs the command under each scenario in turn, sealed or not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from mockserver.edge.live import Overrides
from mockserver.edge.redirect.authority import Authority
from mockserver.edge.redirect.tunnel import Upstream
from mockserver.edge.server.redirected import HOSTS, Redirect
from mockserver.scenario import Scenario

from . import relay, sealed
from .environment import Place
from .playing import Ended, played
from .signals import BY_SIGNAL
from .starting import Command

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_INTERRUPTED = BY_SIGNAL + 2  # after Ctrl-C, which an app may also read as a letter


@dataclass(frozen=True, slots=True)
class Seal:
    """What a sealed run must know about the outside: the shared ``folder``, and the user."""

    folder: Path
    user: int
    group: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse the value of ``--inside``: a folder and two numbers, separated by colons."""
        folder, user, group = text.rsplit(":", 2)
        return cls(Path(folder), int(user), int(group))


@dataclass(frozen=True, slots=True)
class Ways:
    """
    The hosts and ports that the command can reach.

    The mock answers for ``hosts`` as well as for the real host. With ``blocks``, requests to all
    other hosts are refused. ``ports`` are the ports of this machine that a sealed run may reach.
    """

    hosts: Sequence[str] = ()
    blocks: bool = False
    seal: Seal | None = None
    ports: Sequence[int] = ()


def runs(
    command: Command,
    scenarios: Iterable[Scenario],
    ways: Ways,
    *,
    overrides: Overrides,
    time_scale: float | None,
) -> Iterator[Ended]:
    """
    Yield the result of the command under each scenario; a signal ends the series.

    Raises OSError or MockServerError if the mock can't listen where the app looks for it.
    """
    authority, seal = Authority(), ways.seal
    upstream = Upstream.of(next(filter(None, map(os.environ.get, _PROXIES)), None))
    closed: list[Place] = []

    def close(place: Place) -> None:
        if seal is not None and not closed:
            sealed.close_in(seal.folder, place.redirect.hosts, place.trust.bundle)
            closed.append(place)

    with ExitStack() as stack:
        stack.enter_context(command.signals.handled())
        if seal is not None:
            sealed.bring_up("lo")
            stack.enter_context(relay.relayed(relay.inside, seal.folder, ways.ports))
            words = sealed.as_before(command.words, seal.user, seal.group)
            command = replace(command, words=words)
        for scenario in scenarios:
            redirect = Redirect(
                (*HOSTS, *ways.hosts),
                authority=authority,
                blocks=ways.blocks,
                upstream=upstream,
                tls_port=sealed.TLS_PORT if seal else 0,
            )
            ended = played(
                command,
                scenario,
                overrides=overrides,
                redirect=redirect,
                time_scale=time_scale,
                ready=close,
            )
            yield ended
            if ended.sentence or command.signals.first or ended.status == _INTERRUPTED:
                return
