"""
What holds for all faults, in any order, over any answer.

The faults come from ``FAULTS`` and their values from the JSON Schemas of their types, so a new one
joins by itself.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from hypothesis import example, find, given, reject, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockserver.api.contract import editions
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.core.units import Seconds, SignedSeconds
from mockserver.edge.play.scaling import scaled
from mockserver.edge.play.wire import Wire
from mockserver.faults import (
    FAULTS,
    Bandwidth,
    EmptyAnswer,
    JsonPatch,
    ReasoningOnly,
    Truncate,
    WrongMode,
    WrongShape,
)
from mockserver.faults.json_patch import Pointer
from mockserver.plan import Close, Data, End, Head, Wait, duration_of, expand, tokens_of
from mockserver.plan.timeline import Lane, bars, spans_of, svg
from mockserver.verdicts.classify import classify
from pytest_cerebras.transport.delivery import actions

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "größer", "queue_exceeded"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "code", "message"]), inner, max_size=2)
    ),
    max_leaves=4,
)
PLACES = ["", "/", "/id", "/usage", "/choices", "/choices/0", "/choices/-", "/message"]
PLACES += [f"/choices/0/{name}" for name in ("index", "finish_reason", "delta", "delta/content")]
PLACES += ["/choices/0/message", "/choices/0/message/content", "/usage/completion_tokens"]
# of texts with a pattern, those that mean something
PATTERNS = {
    TypeAdapter(kind).json_schema()["pattern"]: samples
    for kind, samples in [
        (Seconds, ["0s", "1ms", "250ms", "2s", "1m"]),
        (SignedSeconds, ["-30s", "0s", "3s"]),
        (Pointer, PLACES),
    ]
}
TEXTS = ["", "x", "größer", "{model}", "text/html", "text/event-stream", "Retry-After", "server"]
COUNTS = st.integers(0, 3)


class Drawn:
    """Draws what stands in YAML for a JSON Schema."""

    def __init__(self, draw: st.DrawFn, root: dict[str, Any]) -> None:
        self.draw = draw
        self.root = root

    def value(self, schema: dict[str, Any]) -> Any:
        """Return a value that fits the schema."""
        match schema:
            case {"$ref": target}:
                return self.value(self.root["$defs"][target.rpartition("/")[2]])
            case {"properties": _}:
                return self.mapping(schema)
            case {"anyOf": options}:
                return self.value(self.draw(st.sampled_from(options)))
            case {"type": "array", "items": inner}:
                return [self.value(inner) for _ in range(self.draw(COUNTS))]
            case {"type": "object"}:
                return self.dictionary(schema)
            case _:
                return self.draw(scalar(schema))

    def mapping(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return what must be there, and up to three of the other keys."""
        keys = list(schema["properties"])
        required = schema.get("required", [])
        if "anyOf" in schema:
            required = required + self.draw(st.sampled_from(schema["anyOf"]))["required"]
        chosen = [self.draw(st.sampled_from(keys)) for _ in range(self.draw(COUNTS)) if keys]
        return {
            key: self.value(schema["properties"][key])
            for key in dict.fromkeys([*required, *chosen])
        }

    def dictionary(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a mapping of any keys, or of those of a pattern."""
        keyed = schema.get("patternProperties", {None: schema.get("additionalProperties", {})})
        [(pattern, inner)] = keyed.items()
        count = self.draw(COUNTS)
        return {self.draw(text(pattern)): self.value(inner) for _ in range(count)}


def scalar(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return what fits a schema that holds no other; numbers so small that plans stay short."""
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    least = schema.get("minimum", schema.get("exclusiveMinimum", -100) + 1)
    most = max(least, min(schema.get("maximum", 99), max(99, least + 1)))
    return {
        "string": text(schema.get("pattern")),
        "integer": st.integers(math.ceil(least), math.floor(most)),
        "number": st.floats(least, most),
        "boolean": st.booleans(),
        "null": st.none(),
    }.get(schema.get("type"), JSON)


def text(pattern: str | None) -> st.SearchStrategy[str]:
    """Return texts; with a pattern those that mean something, or whatever fits."""
    known = PATTERNS.get(pattern) if pattern else TEXTS
    return st.sampled_from(known) if known else st.from_regex(pattern, fullmatch=True)


@st.composite
def a_fault(draw: st.DrawFn, name: str) -> Any:
    """Return a fault that a scenario can say."""
    adapter, schema = ADAPTERS[name]
    try:
        return adapter.validate_python(Drawn(draw, schema).value(schema))
    except ValidationError:  # keys that don't go together
        reject()


ADAPTERS = {
    name: (adapter, adapter.json_schema())
    for name, adapter in ((name, TypeAdapter[Any](kind)) for name, kind in FAULTS.items())
}
ANY_FAULT = st.sampled_from(list(FAULTS)).flatmap(a_fault)
FRAMED = ["error", "headers", "no_completion", "wrong_mode", "wrong_shape", "json_patch", "corrupt"]
FRAMED += ["huge", "content_type", "gzip", "slow_body", "keep_alive", "drip", "bandwidth", "pace"]
FRAMED += ["truncate", "empty_answer", "reasoning_only", "error_event", "tamper", "sse", "split"]
FRAMED += ["no_finish", "no_done", "no_last_newline"]
FRAMED_FAULT = st.sampled_from(FRAMED).flatmap(a_fault)
CALLS = (ScriptedCall("add", {"a": 2, "b": {"c": "größer"}}), ScriptedCall("sub", "{broken"))
REPLIES = [
    Script(tokens=30),
    Script(text="größer " * 3, reasoning="Let me see.", tool_calls=CALLS),
    Script(text=""),
]
FORMS = [
    {"endpoint": "chat"},
    {"endpoint": "chat", "stream": True},
    {"endpoint": "chat", "stream": True, "model": "gpt-oss-120b", "logprobs": True},
    {"endpoint": "chat", "model": "gpt-4o"},
    {"endpoint": "completions", "model": "gpt-oss-120b", "prompt": ["a", "b"]},
    {"endpoint": "completions", "stream": True, "logprobs": 2},
    {"endpoint": "models"},
    {"endpoint": "models", "method": "HEAD"},
]


def played(plan):
    """Play a plan as an edge does, and return the seconds that passed until its end or stall."""
    elapsed = 0.0
    operations = Wire(keep_alive=True).operations(plan)
    for operation in operations:
        match operation:
            case Wait(seconds):
                assert seconds >= 0
                elapsed += seconds
                if math.isinf(elapsed):
                    return elapsed
            case Close():
                assert next(operations, None) is None
                return elapsed
    assert isinstance(plan[-1], End)
    return elapsed


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_joins(name):
    """Each fault can be built from the schema of its keys."""
    kind = FAULTS[name]
    assert isinstance(find(a_fault(name), lambda _: True), kind)


# what was found once
@example([WrongShape("no_choices"), Truncate(0)], FORMS[0], REPLIES[0], 0)
@example([WrongMode(), WrongShape("wrong_types"), Truncate(0)], FORMS[1], REPLIES[0], 0)
@example([Bandwidth(1), Truncate(0)], FORMS[0], REPLIES[0], 0)
@example([JsonPatch(add={"/a": 2**70}), Truncate(0)], FORMS[0], REPLIES[0], 0)
@settings(max_examples=250)
@given(
    st.lists(ANY_FAULT, max_size=5),
    st.sampled_from(FORMS),
    st.sampled_from(REPLIES),
    st.integers(0, 2**32),
)
def test_any_composition(ask, play, chain, form, reply, seed):
    """A plan plays to its end or stall in its time, and the same seed gives the same plan."""
    rule = {"reply": reply, "scenario": {"seed": seed}}
    exchange = play(ask(**form), faults=tuple(chain), **rule)
    plan = expand(exchange.plan)
    assert expand(play(ask(**form), faults=tuple(chain), **rule).plan) == plan
    assert played(plan) == pytest.approx(duration_of(plan))
    kinds = [type(step) for step in plan]
    assert kinds.count(Head) <= 1
    assert Data not in kinds[: kinds.index(Head) if Head in kinds else None]
    paid = [fault.tokens for fault in chain if isinstance(fault, EmptyAnswer | ReasoningOnly)]
    assert tokens_of(plan) <= max(tokens_of(play(ask(**form), **rule).plan), *paid, 0)


@given(st.lists(ANY_FAULT, max_size=4), st.sampled_from(FORMS), st.sampled_from(REPLIES))
def test_whoever_looks(ask, play, chain, form, reply):
    """Journal, diagnosis, drawing, the player in process and faster time take any plan."""
    exchange = play(ask(**form), faults=tuple(chain), reply=reply)
    classify(exchange, editions.load("guide"))
    assert exchange.line().isprintable()
    lane = Lane(exchange.line(), spans_of(exchange.plan, grain=duration_of(exchange.plan) / 12))
    assert lane.words
    assert all(len(line) <= 80 for lines in bars([lane], width=80) for line in lines)
    fromstring(svg([lane], title="x"))  # noqa: S314 (our own)
    with suppress(httpx.TransportError):  # what a socket would have caused
        list(actions(scaled(exchange.plan, 0.5, now=exchange.at), math.inf, httpx))


@given(st.lists(FRAMED_FAULT, max_size=4), st.sampled_from(FORMS), st.sampled_from(REPLIES))
def test_framing(ask, play, chain, form, reply):
    """What changes a body keeps its framing right, so that the connection can live on."""
    plan = expand(play(ask(**form), faults=tuple(chain), reply=reply).plan)
    wire = Wire(keep_alive=True)
    if not math.isinf(duration_of(plan)):
        assert b"".join(act for act in wire.operations(plan) if isinstance(act, bytes))
        assert wire.keep_alive
