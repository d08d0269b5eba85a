"""Stories: sequences of faults for the requests of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeAlias

from mockserver.core.documents import shipped
from mockserver.core.scalars import dumped
from mockserver.scenario import Rule, RuleAction, Scenario, parse

_PLACEHOLDER = "VALUE"
_TOKENS = "tokens"  # stands for values that depend on the length of the answers
_MOST_ANSWERS = 3
KINDS: Mapping[str, tuple[str, ...]] = {
    "no answer": ("server", "limit", "connection", "refused", "time"),
    "half an answer": ("cut", "half"),
    "an odd answer": ("content", "shape", "tools"),
}
_PASS = "pass"  # noqa: S105 (not a password)


@dataclass(frozen=True, order=True)
class Trouble:
    """
    A way to break one answer.

    ``rank`` orders the kinds of trouble, the simplest first; ``variant`` orders the values of a
    kind, the roundest first. ``family`` groups kinds that an app handles in one place. ``does``
    completes the sentence "request 2 ...". ``action`` is the item of a sequence in a scenario file.
    ``only`` is ``streams`` or ``documents`` if the trouble acts only on these.
    """

    rank: int
    variant: int = 0
    name: str = field(default="", compare=False)
    family: str = field(default="", compare=False)
    does: str = field(default="", compare=False)
    action: Mapping[str, Any] = field(default_factory=dict[str, Any], compare=False, repr=False)
    only: str = field(default="", compare=False, repr=False)

    @cached_property
    def typed(self) -> RuleAction:
        """The action as the engine plays it."""
        text = dumped({"name": self.name, "rules": [{"sequence": [self.action]}]})
        return parse(text, source=self.name).rules[0].actions[0]


@dataclass(frozen=True, order=True, slots=True)
class Step:
    """A trouble for the request number ``at`` of the test, counted from 1."""

    at: int
    trouble: Trouble


Story: TypeAlias = tuple[Step, ...]
"""Steps in the order of their requests; each request has at most one step."""


def troubles(answers: Sequence[tuple[int, int]] = ()) -> tuple[Trouble, ...]:
    """
    Return all kinds of trouble with all their values, the simplest first.

    ``answers`` has two numbers for each answer in a run without faults: its tokens of reasoning and
    all its tokens. Cuts are tried in the middle of the visible text and near its end.
    """
    listed = shipped(__package__, "troubles").data
    places = tuple(dict.fromkeys(_places(answers))) or (1,)
    return tuple(one for rank, row in enumerate(listed) for one in _variants(rank, row, places))


def _places(answers: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the numbers of tokens after which answers are cut, the middles of all answers first."""
    some = list(dict.fromkeys(answers))[:_MOST_ANSWERS]
    for reasoning, tokens in some:
        middle = reasoning + (tokens - reasoning) // 2
        rounded = round(middle, -1)
        yield max(rounded if reasoning < rounded < tokens else middle, 1)
    yield from (max(tokens - 2, 1) for _, tokens in some)


def _variants(rank: int, row: Mapping[str, Any], places: Sequence[int]) -> Iterator[Trouble]:
    values = row.get("values", (None,))
    for variant, value in enumerate(places if values == _TOKENS else values):
        action = json.loads(
            json.dumps(row["action"]).replace(f'"{_PLACEHOLDER}"', json.dumps(value))
        )
        does = row["does"].replace(_PLACEHOLDER, str(value))
        if value == 1:
            does = does.replace("1 tokens", "1 token").replace("1 bytes", "1 byte")
        yield Trouble(rank, variant, row["name"], row["family"], does, action, row.get("only", ""))


def scenario_of(story: Story) -> Scenario:
    """Return the scenario that plays a story."""
    by_request = {step.at: step.trouble.typed for step in story}
    sequence = tuple(by_request.get(at, RuleAction()) for at in range(1, _last(story) + 1))
    rules = (Rule("story", sequence=sequence),) if sequence else ()
    return Scenario(name_of(story), rules=rules)


def story_of(scenario: Scenario, known: Sequence[Trouble]) -> Story | None:
    """Return the story that a scenario plays; None if it plays anything but known troubles."""
    actions = scenario.rules[0].sequence if len(scenario.rules) == 1 else ()
    story: list[Step] = []
    for at, action in enumerate(actions, 1):
        if not action.passes:
            trouble = next((one for one in known if one.typed == action), None)
            if trouble is None:
                return None
            story.append(Step(at, trouble))
    return tuple(story) or None


def document_of(story: Story) -> Mapping[str, Any]:
    """Return the keys ``name`` and ``rules`` of the scenario file that plays a story."""
    by_request = {step.at: deepcopy(step.trouble.action) for step in story}
    sequence = [by_request.get(at, _PASS) for at in range(1, _last(story) + 1)]
    return {"name": name_of(story), "rules": [{"name": "story", "sequence": sequence}]}


def name_of(story: Story) -> str:
    """
    Return a short name for a story.

    >>> cut, busy = Trouble(4, name="cut"), Trouble(0, name="unavailable")
    >>> name_of((Step(2, cut), Step(3, busy)))
    '2-cut-3-unavailable'
    """
    named = "-".join(f"{step.at}-{step.trouble.name}" for step in story)
    return named or "healthy"


def file_name_of(story: Story, test: str, what: str) -> str:
    """Return the name of the file for a story that breaks a test by one kind of failure."""
    digest = sha256(json.dumps([test, what, document_of(story)]).encode()).hexdigest()
    return f"{name_of(story)[:60]}-{digest[:8]}.yaml"


def sentence_of(story: Story) -> str:
    """
    Return a sentence that describes a story.

    >>> sentence_of((Step(2, Trouble(0, does="is answered 503")),))
    'Request 2 is answered 503.'
    """
    parts = [f"request {step.at} {step.trouble.does}" for step in story]
    text = ", then ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else "Nothing goes wrong."


def kind_of(story: Story) -> str:
    """Return what a call gets because of the last fault of a story, such as "half an answer"."""
    families = {family: kind for kind, some in KINDS.items() for family in some}
    return families[story[-1].trouble.family] if story else ""


def without(story: Story, step: Step) -> Story:
    """Return a story without one of its steps."""
    return tuple(one for one in story if one != step)


def with_step(story: Story, old: Step, new: Step) -> Story:
    """Return a story with a step replaced, in the order of the requests."""
    return tuple(sorted((*without(story, old), new)))


def _last(story: Sequence[Step]) -> int:
    return max((step.at for step in story), default=0)
