"""How long whole runs of a test suite take, as users start them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from . import suite
from .figures import Found, Kind, Scale, Setting
from .machine import ON_WINDOWS, children_seconds
from .stopwatch import VARIABLE

_OURS = "pytest_cerebras.plugin"
_STOPWATCH = "benchmarks.stopwatch"
_BROUGHT = (_OURS, "faker.contrib.pytest.plugin", "respx.plugin", "anyio.pytest_plugin")
"""What an installation of this package adds to each run of pytest."""
_MOCK = "--cerebras-mock"
_EXAMPLE = Path(__file__).parent.parent / "examples"
_SDKS = {"cerebras": "cerebras-cloud-sdk", "openai": "openai"}
_MANY = 300  # tests
_EMPTY = "def test_nothing(): pass\n"
_TESTS = """
import pytest
from cerebras.cloud.sdk import Cerebras
from openai import OpenAI

QUESTION = dict(model="gpt-oss-120b", messages=[dict(role="user", content="ping")])

many = pytest.mark.parametrize("number", range({count}))

@many
def test_fixture(number, cerebras_client):
    cerebras_client.chat.completions.create(**QUESTION)

@many
def test_cerebras(number):
    with Cerebras() as client:
        client.chat.completions.create(**QUESTION)

@many
def test_openai(number):
    with OpenAI() as client:
        client.chat.completions.create(**QUESTION)
"""


def measure(_: str, setting: Setting) -> Found:
    """
    Return the processor times of whole runs, and of tests that make their own clients.

    The time of a test includes its set-up and tear-down. The median test counts, because the first
    test of each kind imports an SDK.
    """
    scale, core = setting.scale, setting.server_core
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_empty.py").write_text(_EMPTY)
        runs = {"one empty test": _BROUGHT, "import profile": (_OURS,)}
        for plugins in runs.values():
            _seconds(folder, plugins, core)  # compiles the modules
        found = {
            what: min(_seconds(folder, plugins, core) for _ in range(_times(scale))) * 1e3
            for what, plugins in runs.items()
        }
    found |= _beside_the_fixture(_MANY if scale.rounds > 1 else scale.tests, core)
    with tempfile.TemporaryDirectory() as name:
        example = shutil.copytree(_EXAMPLE, Path(name) / "examples")
        scenarios = "all" if scale.rounds > 1 else "healthy"
        chaos = ("--cerebras-chaos", scenarios)
        found["matrix of the example"] = _seconds(example, _BROUGHT, core, *chaos)
    return Found(found)


def _times(scale: Scale) -> int:
    """Return how often a short run is repeated; the fastest counts, as the least disturbed."""
    return 5 if scale.rounds > 1 else 1


def _beside_the_fixture(count: int, core: int | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_clients.py").write_text(_TESTS.format(count=count))
        path = folder / "seconds.json"
        more = {VARIABLE: str(path)}
        suite.run(folder, (*_BROUGHT, _STOPWATCH), core=core, arguments=(_MOCK,), **more)
        taken = json.loads(path.read_text())
    of = {test: median(used for _, used in found) for test, found in taken.items()}
    return {
        "own Cerebras()": of["test_cerebras"] / of["test_fixture"],
        "own OpenAI()": of["test_openai"] / of["test_fixture"],
    }


def _seconds(folder: Path, plugins: Sequence[str], core: int | None, *arguments: str) -> float:
    before = children_seconds()
    suite.run(folder, plugins, core=core, arguments=arguments or (_MOCK,))
    return children_seconds() - before


def missing(_: str) -> list[str]:
    """Return what must be installed before the runs can be measured."""
    return [
        f"`pip install {package}`" for module, package in _SDKS.items() if find_spec(module) is None
    ]


KINDS = (
    Kind(
        "suite",
        "one empty test; a test with its own client beside one with the fixture; the example",
        {
            "one empty test": "ms of a processor",
            "import profile": "ms of a processor",
            "own Cerebras()": "x cerebras_client",
            "own OpenAI()": "x cerebras_client",
            "matrix of the example": "s of a processor",
        },
        [] if ON_WINDOWS else ["ours"],
        measure,
        missing=missing,
    ),
)
