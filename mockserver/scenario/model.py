"""A scenario, as it stands in a file: the fields are the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from mockserver.api.contract.edition import EditionName
from mockserver.api.model.reply import Reply
from mockserver.core.units import Count, Positive, Whole

from .actions import AnyAction, AnyFault, RuleAction
from .limits import Limit
from .matching import Match
from .parameters import ParameterName
from .port import Port
from .schedule import Schedule

START = "start"
Then: TypeAlias = Literal["pass", "stay", "repeat"]
StateName: TypeAlias = Annotated[str, Field(min_length=1)]
Tag: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


@dataclass(frozen=True, slots=True)
class State:
    """
    What a rule has to do with the state of the scenario, which is ``start`` in the beginning.

    ``requires`` is the state in which the rule is asked at all. ``sets`` is the state that begins
    when the rule acts.
    """

    requires: StateName | None = None
    sets: StateName | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One way to answer: for whom, when, what the model says, and what breaks.

    ``name`` is shown in logs and reports. ``match`` says for which requests it is. ``schedule``
    says which of them it takes. ``count_by`` is what the schedule counts: each request, or each
    logical call, so that all attempts at a call meet the same decision, state and action. ``state``
    lets rules depend on each other. ``reply`` is what the model says. ``faults`` are applied in
    their order. ``sequence``, in the place of both, is what the requests that it takes meet one
    after the other: faults by their names, perhaps with a ``reply``, or the word pass, which leaves
    one to the rules that follow. ``then`` is what comes behind the end of a ``sequence``: all
    others pass, the last of it stays, or it repeats from its first.
    """

    name: str = ""
    match: Match = field(default_factory=Match)
    schedule: Schedule = field(default_factory=Schedule)
    reply: Reply = field(default_factory=Reply)
    faults: tuple[AnyFault, ...] = ()
    count_by: Literal["request", "call"] = "request"
    state: State = field(default_factory=State)
    sequence: Annotated[tuple[AnyAction, ...], Field(min_length=1)] = ()
    then: Then = "pass"

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)

    def __post_init__(self) -> None:
        if self.sequence and (self.faults or self.reply != Reply()):
            other = "faults" if self.faults else "reply"
            raise ValueError(f"has both {other!r} and 'sequence', which may hold the {other}")
        if self.then != "pass" and not self.sequence:
            raise ValueError("has 'then' without a 'sequence'")

    @property
    def actions(self) -> tuple[RuleAction, ...]:
        """All that it may do to a request."""
        return self.sequence or (RuleAction(self.reply, self.faults),)

    @property
    def breaks(self) -> bool:
        """Whether any of it is a fault."""
        return any(action.faults for action in self.actions)

    @property
    def speaks(self) -> bool:
        """Whether it says what the model answers."""
        return any(action.speaks for action in self.actions)


@dataclass(frozen=True, slots=True)
class Spent:
    """
    What others have used of the tier's minute, hour and day when the scenario starts.

    ``requests`` are those that they have sent. ``tokens`` are those that these took.
    """

    requests: Count = 0
    tokens: Count = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    An ordered list of rules; the first that fits answers, and without one the honest API does.

    ``name`` is what reports call it. ``version`` is that of the language. ``description`` is a line
    about it. ``source`` is the report that it is modelled on. ``edition`` says whose Cerebras, by
    name or by the path of a file. ``seed`` is that of every random draw. ``rules`` are asked in
    their order.
    ``tier`` enforces the limits of a tier of the edition; without it they are only shown.
    ``context`` narrows the window of every model to so many tokens. ``capacity`` is how many
    completions the service takes at a time; more are turned away as an overload. ``port`` is when
    the port itself is out of order, so that no request comes as far as a rule. ``limits`` are
    those that hold for a while only. ``extends`` is a shipped scenario, or the path of one, whose
    keys this one inherits. ``parameters`` are values that whoever plays it may choose; ``${name}``
    stands for one of the ``parameters``. ``expect`` says in words what a good app does. ``tags``
    are words by which ``cerebras-mock scenarios --tag`` finds it.
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
    extends: str | None = None
    parameters: Mapping[ParameterName, JsonValue] = field(default_factory=dict[str, JsonValue])
    expect: str = ""
    tags: tuple[Tag, ...] = ()

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)
