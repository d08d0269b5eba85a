"""A scenario, as it stands in a file: the fields are the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, create_model

from mockserver.api.contract.edition import EditionName
from mockserver.api.model.reply import Reply
from mockserver.core.quantities import Count, Flag, Positive, Whole
from mockserver.faults import FAULTS, Fault

from .limits import Limit
from .matching import Match
from .parameters import ParameterName
from .port import Port
from .schedule import Schedule

START = "start"
StateName: TypeAlias = Annotated[str, Field(min_length=1)]
Tag: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]

if TYPE_CHECKING:
    AnyFault: TypeAlias = Fault
else:
    # In YAML a fault is a mapping with one key, its name: {error: {status: 503}}.
    _entry = create_model(
        "FaultEntry",
        __doc__="A fault: a mapping with one key, its name, over the fault's own keys.",
        __config__=ConfigDict(
            extra="forbid", json_schema_extra={"minProperties": 1, "maxProperties": 1}
        ),
        **{name: (fault, None) for name, fault in FAULTS.items()},
    )

    def _the_one(entry: Any) -> Fault:
        named = [getattr(entry, name) for name in entry.model_fields_set]
        if len(named) != 1:
            raise ValueError(f"should name exactly one fault: {', '.join(FAULTS)}")
        return named[0]

    AnyFault = Annotated[_entry, AfterValidator(_the_one)]


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
    logical call, so that all attempts at a call meet the same decision, state and reply. ``state``
    lets rules depend on each other. ``reply`` is what the model says. ``replies`` are what it says
    one after the other, and the last one stays. ``cycle`` begins again with the first of
    ``replies`` after the last. ``faults`` are applied in their order.
    """

    name: str = ""
    match: Match = field(default_factory=Match)
    schedule: Schedule = field(default_factory=Schedule)
    reply: Reply = field(default_factory=Reply)
    faults: tuple[AnyFault, ...] = ()
    count_by: Literal["request", "call"] = "request"
    state: State = field(default_factory=State)
    replies: tuple[Reply, ...] = ()
    cycle: Flag = False

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)

    def __post_init__(self) -> None:
        if self.replies and self.reply != Reply():
            raise ValueError("has both 'reply' and 'replies'; a single one may stand in 'replies'")
        if self.cycle and not self.replies:
            raise ValueError("has 'cycle', but no 'replies' to begin again")

    @property
    def speaks(self) -> bool:
        """Whether it says what the model answers."""
        return bool(self.replies) or self.reply != Reply()


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
