"""A scenario as written in a file; the fields of the classes are the keys of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from mockserver.api.contract.edition import EditionName
from mockserver.api.model.script import Script
from mockserver.core.units import Count, Positive, Seconds, Whole

from .actions import AnyAction, AnyFault, RuleAction
from .matching import Match
from .parameters import ParameterName
from .port import Port
from .schedule import Schedule
from .timed_limits import Limit

START = "start"
Then: TypeAlias = Literal["pass", "stay", "repeat"]
Condition: TypeAlias = Literal[
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"
]
"""The condition of a component of the status page, by the name that Statuspage uses."""
StateName: TypeAlias = Annotated[str, Field(min_length=1)]
Tag: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


@dataclass(frozen=True, slots=True)
class State:
    """
    How a rule depends on the state of the scenario, which begins as ``start``.

    ``requires`` is the state in which the rule is active. ``sets`` is the new state after the rule
    acts.
    """

    requires: StateName | None = None
    sets: StateName | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One way to answer requests, with a reply and faults.

    ``name`` is shown in logs and reports. ``match`` selects requests. ``schedule`` selects which of
    the matching requests the rule takes. ``count_by`` is what the schedule counts: requests or
    logical calls; with ``count_by: call``, all attempts at a call get the same decision, state and
    action. ``state`` lets rules depend on each other. ``reply`` is the model's answer. ``faults``
    are applied in order. ``sequence`` replaces ``reply`` and ``faults`` by a list of actions, one
    per request that the rule takes; an action has faults by name and perhaps a reply, or is the
    word pass, which leaves the request to later rules. ``then`` is what follows the end of a
    ``sequence``: further requests pass to later rules, the last action stays in effect, or the
    sequence repeats from the beginning.
    """

    name: str = ""
    match: Match = field(default_factory=Match)
    schedule: Schedule = field(default_factory=Schedule)
    reply: Script = field(default_factory=Script)
    faults: tuple[AnyFault, ...] = ()
    count_by: Literal["request", "call"] = "request"
    state: State = field(default_factory=State)
    sequence: Annotated[tuple[AnyAction, ...], Field(min_length=1)] = ()
    then: Then = "pass"

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)

    def __post_init__(self) -> None:
        if self.sequence and (self.faults or self.reply != Script()):
            other = "faults" if self.faults else "reply"
            raise ValueError(f"has both {other!r} and 'sequence'; put the {other} in the sequence")
        if self.then != "pass" and not self.sequence:
            raise ValueError("has 'then' without a 'sequence'")

    @property
    def actions(self) -> tuple[RuleAction, ...]:
        """The actions that the rule may apply to a request."""
        return self.sequence or (RuleAction(self.reply, self.faults),)

    @property
    def breaks(self) -> bool:
        """Whether any action has a fault."""
        return any(action.faults for action in self.actions)

    @property
    def speaks(self) -> bool:
        """Whether any action sets the model's reply."""
        return any(action.speaks for action in self.actions)


@dataclass(frozen=True, slots=True)
class Spent:
    """
    How much of the tier's limits per minute, hour and day is used up when the scenario starts.

    ``requests`` is the number of requests. ``tokens`` is the number of tokens.
    """

    requests: Count = 0
    tokens: Count = 0


@dataclass(frozen=True, slots=True)
class StatusPage:
    """
    How the status page differs from the scenario; without keys, the page agrees with the scenario.

    ``lag`` is how late the page shows that an outage begins or ends. ``says`` is the condition that
    the page shows for every component, whatever the scenario does.
    """

    lag: Seconds = 0.0
    says: Condition | None = None

    def __post_init__(self) -> None:
        if self.lag and self.says is not None:
            raise ValueError("has both 'lag' and 'says', but a constant condition is never late")


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    An ordered list of rules.

    The first rule that matches a request answers it; if none does, the mock answers like the API.

    ``name`` is shown in reports. ``version`` is the version of this format. ``description`` sums up
    the scenario in a line. ``source`` is the report that the scenario is modeled on.
    ``edition`` is the state of the API to imitate: its name, or the path of its file. ``seed``
    seeds every random draw. ``rules`` are tried in order. ``tier`` enforces the limits of a tier of
    the edition; without ``tier``, answers show limits that are not enforced. ``context`` reduces
    the context window of every model to this many tokens. ``capacity`` is the number of completions
    that the service handles at once; further ones get a 429 ``queue_exceeded``. ``port`` sets the
    times when the port itself is out of order, so that requests do not reach the rules. ``limits``
    are rate limits that apply for a time. ``status`` sets how the status page differs from the
    scenario. ``extends`` is a shipped scenario, or the path of a file, from which this one
    inherits. ``parameters`` are values that can be chosen when the scenario is started; ``${name}``
    inserts one of the ``parameters``. ``expect`` says in words what a good app does. ``tags`` are
    words for ``cerebras-mock scenarios --tag``.
    """

    name: Annotated[str, Field(min_length=1)]
    version: Literal[1] = 1
    description: str = ""
    source: str = ""
    edition: EditionName | None = None
    tier: str | None = None
    seed: Whole | None = None
    spent: Spent = field(default_factory=Spent)
    context: Positive | None = None
    capacity: Positive | None = None
    port: Port = field(default_factory=Port)
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()
    status: StatusPage = field(default_factory=StatusPage)
    extends: str | None = None
    parameters: Mapping[ParameterName, JsonValue] = field(default_factory=dict[str, JsonValue])
    expect: str = ""
    tags: tuple[Tag, ...] = ()

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)
