"""What the fixtures cost: the mock in the first test, the mock in later tests, and a client."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from . import suite
from .figures import Found, Kind, Setting
from .stopwatch import VARIABLE

_TESTS = """
import pytest
from cerebras.cloud.sdk import Cerebras

QUESTION = dict(model="gpt-oss-120b", messages=[dict(role="user", content="ping")])

def test_first(cerebras_mock): pass

many = pytest.mark.parametrize("number", range({count}))

@many
def test_bare(number): pass

@many
def test_mock(number, cerebras_mock): pass

@many
def test_client(number, cerebras_client): pass

@many
def test_asks(number, cerebras_client):
    cerebras_client.chat.completions.create(**QUESTION)

@many
def test_asks_by_its_own(number, cerebras_mock):
    with Cerebras() as client:
        client.chat.completions.create(**QUESTION)
"""
# each metric, its test, and the test whose time is subtracted
_DIFFERENCES = (
    ("first use", "test_first", "test_bare"),
    ("further test", "test_mock", "test_bare"),
    ("client", "test_client", "test_mock"),
    ("a question", "test_asks", "test_bare"),
    ("a question by a client of its own", "test_asks_by_its_own", "test_bare"),
)
_CPU = ", processor"
_PLUGINS = ("pytest_cerebras.plugin", "benchmarks.stopwatch")


def measure(_: str, setting: Setting) -> Found:
    """Return the milliseconds that fixtures add to a test, set-up and tear-down included."""
    _timed(1, None)  # compiles the modules
    return _timed(setting.scale.tests, setting.server_core)


def _timed(count: int, core: int | None) -> Found:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_fixtures.py").write_text(_TESTS.format(count=count))
        path = folder / "seconds.json"
        suite.run(folder, _PLUGINS, core=core, **{VARIABLE: str(path)})
        taken = json.loads(path.read_text())
    return Found(dict(_metrics(taken)))


def _metrics(taken: Mapping[str, Sequence[tuple[float, float]]]) -> Iterator[tuple[str, float]]:
    for which, suffix in enumerate(("", _CPU)):
        middle = {test: median(one[which] for one in found) * 1e3 for test, found in taken.items()}
        for name, test, base in _DIFFERENCES:
            yield name + suffix, middle[test] - middle[base]


KINDS = (
    Kind(
        "fixture",
        "what `cerebras_mock` adds to a test, and `cerebras_client` to that; a test that asks once",
        {name + suffix: "ms" for suffix in ("", _CPU) for name, _, _ in _DIFFERENCES},
        ["ours"],
        measure,
    ),
)
