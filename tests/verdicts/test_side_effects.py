"""A tool that ran more often than it was asked for, beside its innocent neighbours."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Truncate
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import Case, judge

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("pay", "mail")
]
TO_ANN = {"to": "ann", "cents": 5}
RULE = "tool-ran-twice"


@dataclass
class Story:
    """
    What a model has asked for, what the app has run, and when.

    ``history`` are calls that the app has brought along; ``failed`` and ``inexact`` are numbers of
    runs, ``cut`` of calls whose arguments break off.
    """

    asked: tuple = ((0, "pay", TO_ANN),)
    ran: tuple = ((1, "pay", TO_ANN), (2, "pay", TO_ANN))
    history: tuple = ()
    failed: tuple = ()
    scale: float = 1.0
    inexact: tuple = ()
    cut: tuple = ()

    def verdicts(self, stage):
        """Let it happen on a stage, and judge."""
        rules = [
            Rule(
                schedule=Schedule(first=1),
                reply=Script(tool_calls=(ScriptedCall(name, said),)),
                faults=(Truncate(6),) if at in self.cut else (),
            )
            for at, (_, name, said) in enumerate(self.asked)
        ]
        play = stage(*rules)
        for at, *_ in self.asked:
            play.send(at, messages=[{"role": "user", "content": f"Do it ({at})."}], tools=TOOLS)
        if self.history:
            play.send(0.5, messages=self._told(), tools=TOOLS)
        play.finish()
        effects = [
            SideEffect(
                name, said, play.now + at, exact=n not in self.inexact, failed=n in self.failed
            )
            for n, (at, name, said) in enumerate(self.ran)
        ]
        play.engine.journal.scale = self.scale
        return judge(Case(play.engine.journal, play.engine.edition, (), effects))

    def _told(self):
        calls = [
            {
                "id": number,
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(said)},
            }
            for number, name, said in self.history
        ]
        answers = [
            {"role": "tool", "tool_call_id": call["id"], "content": "done"} for call in calls
        ]
        user = {"role": "user", "content": "Hello."}
        return [user, {"role": "assistant", "content": None, "tool_calls": calls}, *answers, user]


GUILTY = {
    "twice for one call": (Story(), 2, 1),
    "with arguments that the app has added": (
        Story(ran=((1, "pay", {**TO_ANN, "user": 7}), (2, "pay", {**TO_ANN, "user": 7}))),
        2,
        1,
    ),
    "again before the second call": (
        Story(asked=((0, "pay", TO_ANN), (9, "pay", TO_ANN))),
        2,
        1,
    ),
    "three times for two calls": (
        Story(
            asked=((0, "pay", TO_ANN), (0.5, "pay", TO_ANN)),
            ran=((1, "pay", TO_ANN), (2, "pay", TO_ANN), (3, "pay", TO_ANN)),
        ),
        3,
        2,
    ),
    "another call was answered by another run": (
        Story(
            asked=((0, "pay", TO_ANN), (0.1, "pay", {"to": "bob"})),
            ran=((1, "pay", TO_ANN), (2, "pay", {"to": "bob"}), (3, "pay", TO_ANN)),
        ),
        2,
        1,
    ),
}


@pytest.mark.parametrize(("story", "runs", "calls"), GUILTY.values(), ids=GUILTY)
def test_guilty(stage, story, runs, calls):
    """The same ran again, and nobody has asked for that."""
    (verdict,) = story.verdicts(stage)
    assert (verdict.rule, verdict.certainty, verdict.exchanges[0]) == (RULE, "certain", 1)
    asked = "1 time" if calls == 1 else f"{calls} times"
    assert verdict.sentence == (
        f"'pay' ran {runs} times with the same arguments, but the model asked for it {asked}"
    )


def keyed(name):
    return Story(ran=((1, "pay", {**TO_ANN, name: "k1"}), (2, "pay", {**TO_ANN, name: "k1"})))


INNOCENT = {
    "it ran once": Story(ran=((1, "pay", TO_ANN),)),
    "the arguments differ": Story(ran=((1, "pay", TO_ANN), (2, "pay", {"to": "bob"}))),
    "an idempotency key differs": Story(
        ran=((1, "pay", {**TO_ANN, "token": "a"}), (2, "pay", {**TO_ANN, "token": "b"}))
    ),
    "who is paid knows the same again by its idempotency key": keyed("idempotency_key"),
    "by its Idempotency-Key": keyed("Idempotency-Key"),
    "by its nonce": keyed("nonce"),
    "by its dedup id": keyed("dedup_id"),
    "by its client token": keyed("clientToken"),
    "the model has asked for it twice": Story(
        asked=((0, "pay", TO_ANN), (0.5, "pay", TO_ANN)),
    ),
    "the model has asked for it again meanwhile": Story(
        asked=((0, "pay", TO_ANN), (1.5, "pay", TO_ANN)),
    ),
    "what was recorded late had run early": Story(
        asked=((0, "pay", TO_ANN), (20, "pay", TO_ANN)),
        ran=((30, "pay", TO_ANN), (1, "pay", TO_ANN)),
    ),
    "the model has asked for it again in other words": Story(
        asked=((0, "pay", TO_ANN), (0.5, "pay", {"to": "ann", "cents": "5"})),
    ),
    "the model has asked for it in a call that was cut": Story(
        asked=((0, "pay", TO_ANN), (0.5, "pay", TO_ANN)), cut=(1,)
    ),
    "nobody can read what the model has asked for": Story(cut=(0,)),
    "the app has brought another such call along": Story(history=(("call_other", "pay", TO_ANN),)),
    "the model has never asked for it": Story(asked=((0, "mail", TO_ANN),)),
    "the model has asked for something else": Story(asked=((0, "pay", {"to": "bob"}),)),
    "the model has asked for more": Story(asked=((0, "pay", {**TO_ANN, "at": "noon"}),)),
    "it raised an exception the first time": Story(failed=(0,)),
    "nobody knows whether the arguments are the same": Story(inexact=(0, 1)),
    "a user asked for it again later": Story(ran=((1, "pay", TO_ANN), (62, "pay", TO_ANN))),
    "a user of an app whose time is scaled": Story(
        ran=((1, "pay", TO_ANN), (13, "pay", TO_ANN)), scale=6.0
    ),
}


@pytest.mark.parametrize("story", INNOCENT.values(), ids=INNOCENT)
def test_innocent_because(stage, story):
    """There is another explanation."""
    assert "tool-ran-twice" not in [one.rule for one in story.verdicts(stage)]
