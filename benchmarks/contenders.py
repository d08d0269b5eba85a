"""The table of servers that are measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from . import node
from .contender import Contender, Launch, Spot
from .questions import ANSWERED, QUESTIONS, VARIED, Question

BASELINE = "aiohttp"


def _python(name: str) -> Callable[[Spot], Launch]:
    return lambda spot: Launch([sys.executable, "-m", "benchmarks.servers", name, str(spot.port)])


def _modules(*names: str) -> Callable[[], list[str]]:
    return lambda: [f"`pip install {name}`" for name in names if not find_spec(_importable(name))]


def _importable(name: str) -> str:
    return name.replace("-", "_")


# name, what it is, how it is started, what it can answer, what it needs
CONTENDERS = tuple(
    Contender(*row)
    for row in (
        ("ours", "this mock", _python("ours"), QUESTIONS),
        ("ours+log", "ours with a log, as on the command line", _python("ours+log"), (VARIED,)),
        (BASELINE, "an aiohttp application with fixed bytes", _python(BASELINE), QUESTIONS),
        ("aiohttp-low", "aiohttp's low-level server", _python("aiohttp-low"), QUESTIONS),
        (
            "aimock",
            "CopilotKit's mock, on Node",
            node.aimock,
            QUESTIONS,
            partial(node.missing, "@copilotkit/aimock"),
        ),
        (
            "mock-llm",
            "dwmkerr's mock, on Node",
            node.mock_llm,
            ANSWERED,
            partial(node.missing, "@dwmkerr/mock-llm"),
        ),
        (
            "pytest-httpserver",
            "its handler with fixed bytes",
            _python("pytest-httpserver"),
            ANSWERED,
            _modules("pytest-httpserver"),
        ),
    )
)
_BY_NAME = {one.name: one for one in CONTENDERS}


def named(name: str) -> Contender:
    """Return a contender."""
    return _BY_NAME[name]


def missing(name: str) -> list[str]:
    """Return what must be installed before a contender can be measured."""
    return named(name).missing()


def who_answers(question: Question) -> list[str]:
    """Return the names of the contenders that can answer a question."""
    return [one.name for one in CONTENDERS if question in one.questions]
