"""Runs the command under each scenario in turn, sealed or not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mockserver.edge.live import Overrides
from mockserver.edge.redirect.authority import Authority
from mockserver.edge.redirect.tunnel import Upstream
from mockserver.edge.server.redirected import HOSTS, Redirect
from mockserver.scenario import Scenario

from . import relay, sealed
from .environment import Place
from .playing import BY_SIGNAL, Ended, played

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_INTERRUPTED = BY_SIGNAL + 2  # the exit status of a shell after Ctrl-C


@dataclass(frozen=True, slots=True)
class Seal:
    """The data from outside that a sealed run needs: the shared ``folder``, and the user."""

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
    command: Sequence[str],
    scenarios: Iterable[Scenario],
    ways: Ways,
    *,
    overrides: Overrides,
    time_scale: float | None,
) -> Iterator[Ended]:
    """
    Yield the result of the command under each scenario; Ctrl-C ends the series.

    Raises OSError and MockServerError if the mock can't listen where the app looks for it.
    """
    authority, seal = Authority(), ways.seal
    upstream = Upstream.of(next(filter(None, map(os.environ.get, _PROXIES)), None))
    closed: list[Place] = []

    def close(place: Place) -> None:
        if seal is not None and not closed:
            sealed.close_in(seal.folder, place.redirect.hosts, place.trust.bundle)
            closed.append(place)

    with ExitStack() as stack:
        if seal is not None:
            sealed.bring_up("lo")
            stack.enter_context(relay.relayed(relay.inside, seal.folder, ways.ports))
            command = sealed.as_before(command, seal.user, seal.group)
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
            if ended.sentence or ended.status == _INTERRUPTED:
                return
