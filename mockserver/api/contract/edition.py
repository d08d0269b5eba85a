"""
Whose Cerebras: one state of the API, as data.

The API changes; an edition is one state of it, written as data. Behaviour follows these fields
and never asks for an edition's name, so that a user can write an edition of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mockserver.core.errors import UnknownNameError
from mockserver.core.units import Count, Day, Flag, Positive

from .requests import ReasoningEffort, ReasoningFormat
from .shapes import Bodies, HeaderFields, Keys, Limits, Validation
from .shipped_editions import names

DEFAULT = "default"
Lack = Literal["named_tool_choice", "strict_tools", "sequential_tool_calls"]
ShownReasoning: TypeAlias = Literal["parsed", "raw", "hidden"]


def _offer_names(schema: dict[str, Any]) -> None:
    """Let editors offer the shipped editions; anything else is the path of a YAML file."""
    schema["anyOf"] = [{"enum": names()}, {"pattern": r"\.ya?ml$"}]


EditionName: TypeAlias = Annotated[str, Field(json_schema_extra=_offer_names)]
Price: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model as an edition serves it.

    ``context`` is the window in tokens: prompt plus completion. ``windows`` are the contexts of
    tiers that have less, by the name of the tier. ``max_output`` is the longest completion, in
    tokens. ``default_output`` is what a request gets that asks for no length, in tokens (null: as
    much as there is room for). ``speed`` is how many tokens it writes in a second.

    ``name`` is what the lists of models call it. ``description`` says there what it is. ``owner``
    is who made it. ``hugging_face_id`` is where its weights are. ``created`` is when it appeared,
    in seconds since the epoch. ``price`` is that of a token of the prompt and of one of the
    completion, in dollars. ``tokenizer`` names the family of its tokens. ``preview`` says that it
    may be withdrawn at short notice. ``retired`` is the day from which on the live API refuses it,
    as not found. ``archived`` makes the refusal of a retired model call it archived.

    ``prompt_base`` is what the chat template adds to a prompt, in tokens. ``prompt_each`` is what
    it adds to each message. ``tokens_per_event`` is how many tokens an event of a stream carries.
    ``stop_event`` adds an empty delta to a stream, for the token that ends its text.
    ``thought_event`` adds one for the token that ends its thoughts. ``whole_tool_calls`` says that
    a stream has each call of a tool in one piece. ``role_last`` says that the role stands behind
    the calls in a message, not before them. ``counts_cached`` says whether usage has
    ``prompt_tokens_details``. ``whole_seconds`` says that ``created`` in ``time_info`` is a whole
    number.

    ``vision`` says whether it can see images. ``reasoning`` says whether it thinks before it
    answers. ``reasoning_efforts`` are those that it takes (empty: all). ``reasoning_formats`` are
    those that it takes (empty: all). ``reasoning_effort`` is that of a request that names none.
    ``reasoning_format`` is that of a request that names none. ``lacks`` is what it refuses
    although the API knows it.
    """

    context: Positive
    max_output: Positive
    speed: Positive
    name: str = ""
    description: str = ""
    owner: str = "Cerebras"
    hugging_face_id: str = ""
    created: Count = 0
    default_output: Positive | None = None
    prompt_base: Count = 3
    prompt_each: Count = 5
    tokens_per_event: Positive = 1
    price: tuple[Price, Price] = ("0", "0")
    vision: Flag = False
    reasoning: Flag = False
    reasoning_efforts: tuple[ReasoningEffort, ...] = ()
    reasoning_formats: tuple[ReasoningFormat, ...] = ()
    lacks: tuple[Lack, ...] = ()
    reasoning_effort: Literal["none", "low", "medium", "high"] = "medium"
    reasoning_format: ShownReasoning = "parsed"
    whole_tool_calls: Flag = False
    tokenizer: str = ""
    preview: Flag = False
    stop_event: Flag = False
    thought_event: Flag = False
    role_last: Flag = False
    counts_cached: Flag = True
    whole_seconds: Flag = False
    archived: Flag = False
    retired: Day | None = None
    windows: Mapping[str, Positive] = field(default_factory=dict[str, int])

    def window(self, tier: str | None) -> int:
        """Return the context that a tier has, the widest when none is enforced."""
        return self.windows.get(tier or "", self.context)


@dataclass(frozen=True, slots=True)
class PerPeriod:
    """
    An amount that may be used in each period.

    ``minute`` is what a minute allows. ``hour`` is what an hour allows. ``day`` is what a day
    allows.
    """

    minute: Positive
    hour: Positive
    day: Positive


@dataclass(frozen=True, slots=True)
class Amounts:
    """
    What may be used of one model by one key.

    ``requests`` are those that may be sent. ``tokens`` are those of prompts and completions; with
    a ``total``, those that the prompt cache did not have. ``total`` is all of them (null: there is
    one amount for all).
    """

    requests: PerPeriod
    tokens: PerPeriod
    total: PerPeriod | None = None


@dataclass(frozen=True, slots=True)
class Tier(Amounts):
    """
    What a plan of payment allows to one key on each model.

    ``models`` are the exceptions, by id.
    """

    models: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def of(self, model: str) -> Amounts:
        """Return what it allows on this model."""
        return self.models.get(model, self)


@dataclass(frozen=True, slots=True)
class Edition:
    """
    One state of the API.

    ``extends`` is another edition, by name or by the path of its file: what is not said here is as
    it is there. ``name`` is what reports call it. ``description`` is a line about it. ``date`` is
    the day on which the API was so: a model that was retired by then is refused. ``models`` are
    those that it knows, by id. ``tiers`` are the plans of payment, by name. ``default_tier`` is the
    one whose limits are shown when none is asked for.

    ``keys`` says which API keys are good. ``bodies`` says what success bodies hold. ``headers``
    says what the header fields are. ``validation`` says how a body is refused. ``limits`` says how
    tokens are limited. ``revived`` are retired models that answer all the same. ``prompt_cache``
    says whether prompts are cached.
    """

    name: str
    description: str
    date: Day
    models: Mapping[str, Model]
    tiers: Mapping[str, Tier]
    default_tier: str
    bodies: Bodies = field(default_factory=Bodies)
    headers: HeaderFields = field(default_factory=HeaderFields)
    keys: Keys = field(default_factory=Keys)
    validation: Validation = field(default_factory=Validation)
    limits: Limits = field(default_factory=Limits)
    revived: tuple[str, ...] = ()
    prompt_cache: Flag = True
    extends: EditionName | None = None

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)

    def tier(self, name: str | None) -> Tier:
        """Return a tier by name; none and ``default`` are the edition's default tier."""
        name = self.default_tier if name in (None, DEFAULT) else name
        if name not in self.tiers:
            raise UnknownNameError(f"tier of edition {self.name}", name, self.tiers)
        return self.tiers[name]

    def narrowed(self, *, tier: str | None, context: int | None) -> Edition:
        """Return the edition with the windows of a tier, none wider than so many tokens."""
        tier = self.default_tier if tier == DEFAULT else tier
        models = {
            name: replace(model, context=min(model.window(tier), context or model.context))
            for name, model in self.models.items()
        }
        return replace(self, models=models)

    def served(self, name: str) -> Model | None:
        """Return the model of that name; None when a request for it is refused."""
        model = self.models.get(name)
        gone = model is None or (self.is_retired(model) and name not in self.revived)
        return None if gone else model

    def serves(self, model: str) -> bool:
        """Return whether a request for this model is answered."""
        return self.served(model) is not None

    def is_retired(self, model: Model) -> bool:
        """Return whether the live API had dropped the model by the edition's date."""
        return model.retired is not None and model.retired <= self.date
