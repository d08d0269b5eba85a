"""Tools that may run again, or at all: rows on what the app has recorded."""

from __future__ import annotations

from dataclasses import replace

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Truncate

from .row import Play, Row, also, first, meets, said

TWICE, PARTIAL = "tool-ran-twice", "partial-tool-call"
AGAIN, DID_NOT_RUN = "Tools that may run again", "Tool calls that did not run"
TOOLS = [{"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}]
TO_ANN, TO_BOB = {"to": "ann", "cents": 5}, {"to": "bob", "cents": 5}
ASKING = {"at": 0, "messages": said("Pay Ann."), "tools": TOOLS}
AGAIN_LATER = {**ASKING, "at": 1.5, "messages": said("And again.")}


def calling(arguments, *faults, tool="pay"):
    """Return a rule by which the model calls a tool once."""
    return first(1, *faults, reply=Script(tool_calls=(ScriptedCall(tool, arguments),)))


def run(at, arguments=TO_ANN, name="pay", **keys):
    return {"at": at, "arguments": arguments, "name": name, **keys}


def ran(*runs):
    """Let the app have recorded other runs."""
    return lambda play: replace(play, ran=runs)


def twice(**added):
    return ran(*[run(at, {**TO_ANN, **added}) for at in (1, 2)])


def asked_again(rule):
    """Let the model call again, as the rule says, before the tool runs for the second time."""

    def change(play):
        return meets(*play.rules, rule)(also(AGAIN_LATER)(play))

    return change


TWO_RUNS = Play((ASKING,), (calling(TO_ANN),), ran=(run(1), run(2)))
CUT_AND_RUN = Play((ASKING,), (calling(TO_ANN, Truncate(6)),), ran=(run(1, {"to": "an"}),))

ROWS = (
    Row(AGAIN, TWICE, TWO_RUNS, "it ran once", ran(run(1))),
    Row(AGAIN, TWICE, TWO_RUNS, "the arguments differ", ran(run(1), run(2, TO_BOB))),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "it raised an exception the first time",
        ran(run(1, failed=True), run(2)),
    ),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "nobody knows whether the arguments are the same",
        ran(run(1, exact=False), run(2, exact=False)),
    ),
    *(
        Row(AGAIN, TWICE, TWO_RUNS, f"it has a {key}", twice(**{key: "k1"}))
        for key in ("idempotency_key", "nonce", "dedup_id", "clientToken")
    ),
    Row(AGAIN, TWICE, TWO_RUNS, "a user asked for it again later", ran(run(1), run(62))),
    Row(AGAIN, TWICE, TWO_RUNS, "the model asked again", asked_again(calling(TO_ANN))),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "the model asked again in other words",
        asked_again(calling({"to": "Ann", "cents": "5"})),
    ),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "the model asked again in a call that was cut",
        asked_again(calling(TO_ANN, Truncate(6))),
    ),
    Row(AGAIN, TWICE, TWO_RUNS, "the model never asked for it", meets(calling(TO_BOB))),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "the model asked for another tool",
        meets(calling(TO_ANN, tool="mail")),
    ),
    Row(
        AGAIN,
        TWICE,
        TWO_RUNS,
        "nobody can read what it asked for",
        meets(calling(TO_ANN, Truncate(6))),
    ),
    Row(DID_NOT_RUN, PARTIAL, CUT_AND_RUN, "it did not run", ran()),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        CUT_AND_RUN,
        "the tool found out what is wrong",
        ran(run(1, {"to": "an"}, failed=True)),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        CUT_AND_RUN,
        "another tool ran",
        ran(run(1, {"to": "an"}, name="mail")),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        CUT_AND_RUN,
        "it had run before",
        ran(run(-1, {"to": "an"})),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        Play(
            (ASKING, AGAIN_LATER),
            (calling(TO_ANN, Truncate(6)), calling(TO_ANN)),
            ran=(run(2, {**TO_ANN, "part": 1}), run(3, {"to": "an", "part": 2})),
        ),
        "the app did in two parts what a whole call asked for",
        ran(run(2, {**TO_ANN, "part": 1}), run(3, {**TO_ANN, "part": 2})),
    ),
    Row(
        DID_NOT_RUN,
        PARTIAL,
        CUT_AND_RUN,
        "a whole call asked for it, in whatever words",
        asked_again(calling(TO_ANN)),
    ),
)
