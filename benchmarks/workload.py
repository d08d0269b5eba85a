"""The scenario that our own server plays, and the requests to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .questions import IDLE, PACE, PACED, PACED_TOKENS, PATH, STREAM, TOKENS

if TYPE_CHECKING:
    from mockserver.core.messages import Request
    from mockserver.scenario import Rule, Scenario

    from .questions import Question


# The functions import mockserver late, so that a server can first hide the ``speed`` extra.
def scenario(*before: Rule) -> Scenario:
    """Return a scenario with streams of known length and pace; other requests get prose."""
    from mockserver.api.model.script import Script
    from mockserver.faults import Pace, Stall
    from mockserver.scenario import Match, Rule, Scenario
    from mockserver.scenario.matching import Prompt

    streams = (
        (STREAM, TOKENS, ()),
        (PACED, PACED_TOKENS, (Pace(tokens_per_second=PACE),)),
        (IDLE, TOKENS, (Stall(after_tokens=1),)),
    )
    rules = (
        Rule(
            question.name,
            Match(prompt=Prompt(question.word)),
            reply=Script(tokens=n),
            faults=faults,
        )
        for question, n, faults in streams
    )
    return Scenario("benchmark", rules=(*before, *rules))


def request(question: Question, number: int = 0) -> Request:
    """Return a question as an edge passes it to the engine."""
    from mockserver.core.messages import Request

    return Request("POST", PATH, question.headers, question.body(number))
