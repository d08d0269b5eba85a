"""
One app under one scenario, as a test of pytest that uses the plugin.

``MEASURED_APP`` names the app, ``MEASURED_TO`` the file for the notes. An option of pytest names
the scenario. If the app hangs, the runner interrupts it; what the app did until then is noted all
the same.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from pytest_cerebras.session.mock import CerebrasMock

from .apps import APPS, STREAMED, WITH_A_TOOL, App
from .outcome import Noted, is_cut
from .weather import QUESTION, ran


class Asked(NamedTuple):
    """What an app returned, or the exception that it raised, and how long the app took."""

    answer: str | None
    error: str
    seconds: float


def test_cell(cerebras_mock: CerebrasMock) -> None:
    """Let the app ask, and note what it does."""
    app = next(app for app in APPS if app.package == os.environ["MEASURED_APP"])
    module = import_module(f"{__package__}.{app.module}")
    for name in app.imports:
        import_module(name)
    cerebras_mock.reset()  # imports take time, so the scenario has to start again
    before = _virtual(cerebras_mock)
    asked = _asked(module, cerebras_mock.scenario.name)  # verdicts look here for half answers
    noted = _noted(app, cerebras_mock, asked, _virtual(cerebras_mock) - before)
    Path(os.environ["MEASURED_TO"]).write_text(json.dumps(asdict(noted)), "utf-8")


def _asked(module: ModuleType, scenario: str) -> Asked:
    begun = time.perf_counter()
    answer, error = None, ""
    try:
        answer = _ask(module, scenario)
    except BaseException as raised:  # noqa: BLE001 (an interrupt is an outcome, too)
        error = _named(raised)
    return Asked(answer, error, round(time.perf_counter() - begun, 2))


def _noted(app: App, mock: CerebrasMock, asked: Asked, virtual: float) -> Noted:
    verdicts = mock.verdicts
    for exchange in mock.requests:
        print(exchange.line(), json.dumps(exchange.body.get("messages"), ensure_ascii=False))
    return Noted(
        answer=asked.answer,
        error=asked.error,
        requests=len(mock.requests),
        cut=is_cut(mock.requests),
        tool=list(ran),
        seconds=asked.seconds,
        virtual=round(virtual, 2),
        verdicts=[verdict.rule for verdict in verdicts],
        sentences=[verdict.sentence for verdict in verdicts],
        told=mock.new_interventions(),
        versions=_versions(app),
        timeline=[f"{exchange.at:.2f} {exchange.line()}" for exchange in mock.requests],
    )


def _virtual(mock: CerebrasMock) -> float:
    return mock.clock.elapsed if mock.clock else 0.0


def _ask(module: ModuleType, scenario: str) -> str:
    if scenario in WITH_A_TOOL:
        how = module.with_a_tool
    else:
        how = module.streamed if scenario in STREAMED else module.plain
    return str(how(QUESTION))


def _named(error: BaseException) -> str:
    kind = type(error)
    where = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{where}{kind.__qualname__}"


def _versions(app: App) -> Mapping[str, str]:
    return {name: version(name) for name in (app.package, *app.beneath)}
