"""The command under one scenario after the other, sealed or not."""

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
_INTERRUPTED = BY_SIGNAL + 2  # by Ctrl-C, as a shell says it


@dataclass(frozen=True, slots=True)
class Seal:
    """That we are inside: the ``folder`` shared with the outside, and the user there."""

    folder: Path
    user: int
    group: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Return what ``--inside`` says: a folder and two numbers, parted by colons."""
        folder, user, group = text.rsplit(":", 2)
        return cls(Path(folder), int(user), int(group))


@dataclass(frozen=True, slots=True)
class Ways:
    """
    How the command reaches anybody.

    ``hosts`` are answered by the mock beside the real one, ``blocks`` refuses all others; ``ports``
    are those of the machine that a sealed run may reach.
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
    Yield what came of the command under each scenario; Ctrl-C ends it.

    Raises OSError and MockServerError when the mock can't be where the app looks for it.
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
