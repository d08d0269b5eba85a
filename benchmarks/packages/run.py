"""Runs one app under one scenario, in the environment that has its package."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from .apps import App
from .outcome import Noted, read

_ROOT = Path(__file__).parents[2]
LIMIT = 60.0
"""Seconds of real time that an app may take, pytest and imports included."""
_GRACE = 10.0
# settings from the packages' documentation that stop their requests to other hosts
_SILENCE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LOGFIRE_SEND_TO_LOGFIRE": "false",
    "OTEL_SDK_DISABLED": "true",
}


class CellError(Exception):
    """A cell has ended by itself, but without notes."""


def noted(app: App, scenario: str, python: Path, log: Path) -> Noted | None:
    """
    Return the notes on the app; None if even an interrupt could not end it.

    Raises CellError when the cell itself failed.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        note = folder / "noted.json"
        with log.open("w", encoding="utf-8") as out:
            command, environment = (
                _command(python, folder, scenario),
                _environment(app, folder, note),
            )
            killed = _ended(command, environment, folder, out)
        if note.exists():
            return read(json.loads(note.read_text("utf-8")))
    if not killed:
        raise CellError(f"{app.package}, {scenario}: see {log}")
    return None


def _command(python: Path, folder: Path, scenario: str) -> list[str]:
    return [
        *(str(python), "-m", "pytest", "-s", "-p", "no:cacheprovider", "--import-mode=importlib"),
        *("-c", str(folder / "pytest.ini"), "-o", f"faulthandler_timeout={LIMIT - 5}"),
        *("--cerebras-scenario", scenario, "--cerebras-clock", "virtual"),
        *("--cerebras-others", "block", str(Path(__file__).with_name("cell.py"))),
    ]


def _environment(app: App, folder: Path, note: Path) -> dict[str, str]:
    """Return variables without real keys; what programs store goes into the temporary folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DSPY_CACHEDIR": str(folder / "dspy"),
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        **_SILENCE,
        "MEASURED_APP": app.package,
        "MEASURED_TO": str(note),
    }


def _ended(command: list[str], environment: dict[str, str], folder: Path, out: IO[str]) -> bool:
    """Run a cell; return whether it had to be killed."""
    # Nothing in the command comes from outside this folder.
    with subprocess.Popen(  # noqa: S603
        command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
    ) as running:
        for patience, ending in ((LIMIT, signal.SIGINT), (_GRACE, signal.SIGKILL)):
            try:
                running.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, ending)
            else:
                return False
    return True
