"""One run of a command under one scenario."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.engine import Engine
from mockserver.scenario import Scenario
from mockserver.verdicts import Case, Verdict, judge
from mockserver.verdicts.evidence import Evidence
from mockserver.verdicts.mistakes.vendors import vendor_of, vendors_variable
from pytest_cerebras.egress import PROXIED, GuardLog
from pytest_cerebras.session.timing import unwatched

from . import wire
from .environment import Place, variables
from .starting import Command

_STALL = 20.0  # real seconds of a stall for a client that is known to have no time-out


@dataclass(frozen=True, slots=True)
class Ended:
    """
    The result of a command under a scenario.

    ``status`` is the exit status; after a signal, 128 plus the signal's number. ``duration`` is in
    seconds. ``sentence`` is the reason why the command could not be started; empty if it was
    started. ``verdicts`` are the verdicts on its client. ``stalled`` has a sentence for each stall
    that no time-out ended, and ``notes`` a sentence for each host whose requests the mock did not
    answer.
    """

    scenario: str
    status: int
    duration: float
    case: Case
    seed: int
    sentence: str = ""
    verdicts: tuple[Verdict, ...] = ()
    stalled: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def certain(self) -> list[Verdict]:
        """The verdicts that are certain."""
        return [each for each in self.verdicts if each.certainty == "certain"]

    @property
    def is_guilty(self) -> bool:
        """
        Whether the result fails a strict run.

        Stalls don't fail it, because a time-out may be longer than a stall.
        """
        return bool(self.certain)


def played(
    command: Command,
    scenario: Scenario,
    *,
    overrides: Overrides,
    redirect: Redirect,
    time_scale: float | None = None,
    ready: Callable[[Place], None] = lambda _: None,
) -> Ended:
    """
    Run a command against the mock, and judge its client.

    ``ready`` is called before the command begins. Raises OSError if the mock can't be started.
    """
    live = LiveEngine()
    unwatched(live, time_scale, _STALL)
    live.play(scenario, overrides)
    with (
        TemporaryDirectory(prefix="cerebras-mock-") as name,
        ThreadedServer(live, redirect) as mock,
    ):
        folder = Path(name)
        notes = folder / "notes"
        notes.touch()
        place = Place(mock.url, redirect, redirect.authority.write(folder), folder)
        ready(place)
        begun = time.monotonic()
        log = GuardLog(notes, mode=PROXIED, others="block" if redirect.proxy.blocks else "pass")
        status, sentence = command.run({**os.environ, **variables(place, os.environ, log)})
        duration = time.monotonic() - begun
        log.keep()
    case, verdicts = _judged(live.engine, log)
    return Ended(
        live.scenario.name,
        status,
        duration,
        case,
        live.engine.seed,
        sentence,
        verdicts,
        tuple(live.stalled),
        (
            *log.stopped,
            *live.journal.other_protocols,
            *_told(redirect),
            *_told_of_vendors(live.engine, log, redirect),
        ),
    )


def _judged(engine: Engine, log: GuardLog) -> tuple[Case, tuple[Verdict, ...]]:
    """Return the case, and the verdicts on the client."""
    wire.identify(engine.journal.exchanges)
    case = Case(
        engine.journal,
        engine.edition,
        log.escapes,
        evidence=Evidence,  # empty, because only the app's requests can be observed
        other_model=engine.other_model,
    )
    return case, tuple(wire.softened(judge(case), case.exchanges))


def _told_of_vendors(engine: Engine, log: GuardLog, redirect: Redirect) -> Iterator[str]:
    """Yield a sentence for each other vendor that got requests, if this API got none."""
    if engine.journal.count:
        return
    proxy = redirect.proxy
    for host in dict.fromkeys([*log.asked, *proxy.passed, *proxy.blocked]):
        if vendor := vendor_of(host):
            yield (
                f"{host}: the app sent requests to the API of {vendor}, but none to this API; let "
                f"the app read its base URL from {vendors_variable(vendor)}, or set the URL to "
                "https://api.cerebras.ai/v1"
            )


def _told(redirect: Redirect) -> Iterator[str]:
    for host, count in redirect.proxy.blocked.items():
        yield f"{host}: {count} x refused by the proxy"
    for host, count in redirect.proxy.distrusted.items():
        yield (
            f"{host}: {count} x the client rejected the mock's certificate; let it trust the file "
            "in SSL_CERT_FILE, or use --sealed"
        )
