"""A plugin of pytest that notes how long each test takes, set-up and tear-down included."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest

VARIABLE = "BENCHMARK_STOPWATCH"
_seconds: dict[str, list[tuple[float, float]]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Record the time and processor time of a test, by its name without parameters."""
    begun, used = time.perf_counter(), time.process_time()
    result = yield
    taken = time.perf_counter() - begun, time.process_time() - used
    _seconds.setdefault(item.name.partition("[")[0], []).append(taken)
    return result


def pytest_sessionfinish() -> None:
    """Write the times to the file that the environment variable names."""
    Path(os.environ[VARIABLE]).write_text(json.dumps(_seconds))
