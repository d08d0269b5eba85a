"""
What the engine alone costs: ``python -m benchmarks.engine SECONDS RULES``.

Measures the microseconds of ``Engine.handle`` and ``Engine.finish`` for one request, without socket
and event loop, and those of some stages. Prints them as JSON, by metric. Runs in a process of its
own, because the JSON encoder is chosen only once, at import.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, TypeAlias

from .figures import Found, Kind, Setting
from .machine import pin
from .questions import CONVERSATION, PLAIN, REPEATED, STREAM, VARIED, Question
from .workload import request, scenario

if TYPE_CHECKING:
    from mockserver.scenario import Rule

_BATCH = 100
_FEWEST = 2  # batches
_DIFFERENT = 1000
_LIMIT = 120.0
Call: TypeAlias = Callable[[], object]


def stages(rules: int) -> dict[str, Callable[[], Call]]:
    """Return, for each stage, a function that prepares it and returns the call to measure."""
    from mockserver.edge.play.wire import Wire
    from mockserver.engine import Engine
    from mockserver.engine.parsing import RequestParser

    now = time.time()
    asked = {
        question.name: [request(question, 0 if question.repeated else n) for n in range(_DIFFERENT)]
        for question in (PLAIN, REPEATED, STREAM, VARIED, CONVERSATION)
    }

    def exchange(question: Question, *before: Rule) -> Call:
        engine, requests = Engine(scenario(*before), now=now), cycle(asked[question.name])
        return lambda: engine.finish(engine.handle(next(requests), now=now), now=now)

    def reading() -> Call:
        reader, requests = (
            RequestParser(Engine(scenario(), now=now).edition),
            cycle(asked[PLAIN.name]),
        )
        return lambda: reader.read(next(requests))

    def writing() -> Call:
        plan = Engine(scenario(), now=now).handle(request(PLAIN), now=now).plan
        return lambda: list(Wire(keep_alive=True).operations(plan))

    return {
        "plain chat": lambda: exchange(PLAIN),
        "reading of it": reading,
        "writing of it": writing,
        "varied": lambda: exchange(VARIED),
        "conversation": lambda: exchange(CONVERSATION),
        "repeated": lambda: exchange(REPEATED),
        "stream": lambda: exchange(STREAM),
        "many rules": lambda: exchange(PLAIN, *_rules(rules)),
    }


def _rules(count: int) -> list[Rule]:
    from mockserver.scenario import Match, Rule
    from mockserver.scenario.matching import Prompt

    return [Rule(f"rule {n}", Match(prompt=Prompt(f"word {n}"))) for n in range(count)]


def microseconds(prepare: Callable[[], Call], seconds: float) -> float:
    """
    Return the processor time of a call: the median of batches, each prepared anew.

    The first batch, which is cold, does not count. Processor time excludes other processes.
    """
    batches: list[float] = []
    end = time.perf_counter() + seconds
    while len(batches) < _FEWEST or time.perf_counter() < end:
        call = prepare()
        start = time.process_time()
        for _ in range(_BATCH):
            call()
        batches.append((time.process_time() - start) / _BATCH)
    return median(batches[1:]) * 1e6


def measure(_: str, setting: Setting) -> Found:
    """Measure every stage in a process of its own."""
    seconds, rules = setting.scale.seconds / 4, setting.scale.rules
    command = [sys.executable, "-m", "benchmarks.engine", str(seconds), str(rules)]
    if setting.server_core is not None:
        command.append(str(setting.server_core))
    # Nothing in the command comes from outside this folder.
    done = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, check=True, timeout=_LIMIT
    )
    return Found(json.loads(done.stdout))


def main(arguments: list[str]) -> None:
    """Measure in this process."""
    seconds, rules, *core = arguments
    if core:
        pin(int(core[0]))
    table = stages(int(rules))
    print(json.dumps({name: microseconds(one, float(seconds)) for name, one in table.items()}))


KINDS = (
    Kind(
        "engine",
        "the engine without a socket; `many rules` is a plain chat under 1,000 rules",
        dict.fromkeys(
            (
                *("plain chat", "reading of it", "writing of it", "varied", "conversation"),
                *("repeated", "stream", "many rules"),
            ),
            "µs of a processor",
        ),
        ["ours"],
        measure,
    ),
)

if __name__ == "__main__":
    main(sys.argv[1:])
