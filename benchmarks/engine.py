"""
What the engine alone costs: ``python -m benchmarks.engine [--without-speed] SECONDS``.

Microseconds for ``Engine.handle`` and ``Engine.finish`` of one request, with no socket and no
event loop. Prints them as JSON, by kind; "many rules" is the plain request in a scenario of a
thousand rules, of which it meets the last. Its own process, because the choice of a JSON encoder is
made once, at import.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from . import speed
from .contenders import pin
from .kinds import KINDS
from .servers import requests, scenario

if TYPE_CHECKING:
    from mockserver.messages import Request
    from mockserver.scenario import Scenario

UNIT = "µs/request"
VARIANTS = {"engine": ("--without-speed",), "engine+speed": ()}
_BATCH = 100
_LIMIT = 60.0
_RULES = 1000


def many_rules() -> Scenario:
    """Return a scenario of rules of all kinds; the request of the benchmark meets the last one."""
    from mockserver.scenario import Match, Prompt, Rule, Scenario, Schedule

    kinds = (
        Rule(match=Match(model="qwen*")),
        Rule(match=Match(endpoint="chat", stream=True)),
        Rule(match=Match(model="llama*", prompt=Prompt(contains="snow"))),
        Rule(match=Match(prompt=Prompt(regex="(?i)hail|sleet"))),
        Rule(match=Match(headers={"x-team": "blue"})),
        Rule(match=Match(json={"$.messages[0].role": "system"})),
        Rule(match=Match(messages=2, excluded=Match(tools=True))),
        Rule(schedule=Schedule(at=(10**6,))),
        Rule(schedule=Schedule(probability=0.0)),
        Rule(schedule=Schedule(every=10**6), count_by="call"),
    )
    repeated = (kinds[at % len(kinds)] for at in range(_RULES - 1))
    return Scenario("many rules", rules=(*repeated, Rule("last")))


def measure(request: Request, seconds: float, played: Scenario) -> float:
    """Return the microseconds a request takes: the median of batches, each on a new engine."""
    from mockserver.engine import Engine

    batches: list[float] = []
    end = time.perf_counter() + seconds
    while not batches or time.perf_counter() < end:
        now = time.time()
        engine = Engine(played, now=now)
        start = time.perf_counter()
        for _ in range(_BATCH):
            engine.finish(engine.handle(request, now=now), now=now)
        batches.append((time.perf_counter() - start) / _BATCH)
    return median(batches) * 1e6


def measure_apart(variant: str, seconds: float, core: int | None) -> dict[str, float]:
    """Measure every kind in a process of its own, on one core if one is given."""
    command = [sys.executable, "-m", "benchmarks.engine", *VARIANTS[variant], str(seconds)]
    if core is not None:
        command.append(str(core))
    # Nothing in the command comes from outside this folder.
    done = subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, check=True, timeout=_LIMIT + 10 * seconds
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> None:
    """Measure in this process."""
    if "--without-speed" in arguments:
        arguments.remove("--without-speed")
        speed.hide()
    seconds, *core = arguments
    if core:
        pin(int(core[0]))
    asked = requests()
    usual = scenario()
    measure(asked["stream"], float(seconds) / 4, usual)  # fills the caches, first of all the words
    found = {kind.name: measure(asked[kind.name], float(seconds), usual) for kind in KINDS}
    found["many rules"] = measure(asked["plain"], float(seconds), many_rules())
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
