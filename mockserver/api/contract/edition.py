"""
An edition: one state of the API, as data.

The API changes over time. Behaviour depends on these fields and never on an edition's name, so
users can write editions of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mockserver.core.documents import shipped_names
from mockserver.core.errors import UnknownNameError
from mockserver.core.units import Count, Day, Flag, Positive

from .edition_settings import Bodies, HeaderFields, Keys, Limits, Validation
from .price import NamedPrice
from .requests import ReasoningEffort, ReasoningFormat

DEFAULT = "default"
SHIPPED = "mockserver.api.contract.shipped_editions"
Lack = Literal["named_tool_choice", "strict_tools", "sequential_tool_calls"]
ShownReasoning: TypeAlias = Literal["parsed", "raw", "hidden"]


def _offer_names(schema: dict[str, Any]) -> None:
    """Make editors offer the shipped editions; any other value is the path of a YAML file."""
    schema["anyOf"] = [{"enum": list(shipped_names(SHIPPED))}, {"pattern": r"\.ya?ml$"}]


EditionName: TypeAlias = Annotated[str, Field(json_schema_extra=_offer_names)]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model as an edition serves it.

    ``context`` is the context window, prompt plus completion, in tokens. ``windows`` are smaller
    context windows, by the name of the tier. ``max_output`` is the longest completion, in tokens.
    ``default_output`` is the completion limit of requests that set none, in tokens (null: the rest
    of the context window). ``speed`` is how many tokens it generates per second.

    ``name`` is its name in the lists of models. ``description`` is the text about it there.
    ``owner`` is the organization that made it. ``hugging_face_id`` is the repository of its
    weights. ``created`` is the time of its release, in seconds since the epoch. ``price`` is what
    its tokens cost; that of a retired model is the last one known (null: none is known).
    ``tokenizer`` names its tokenizer family. ``preview`` says that it may be withdrawn at short
    notice. ``retired`` is the first day on which the live API refuses it as not found. ``archived``
    makes the refusal of a retired model say that it is archived. ``successor`` is the model that
    the API's notice of the retirement recommends, by id (null: none is recommended).

    ``prompt_base`` is how many tokens the chat template adds to a prompt. ``prompt_each`` is how
    many tokens it adds to each message. ``tokens_per_event`` is how many tokens an event of a
    stream has. ``stop_event`` adds an empty delta to a stream, for the token that ends the content.
    ``thought_event`` adds an empty delta for the token that ends the reasoning.
    ``whole_tool_calls`` sends each tool call of a stream in one chunk. ``role_last`` puts the role
    of a message after its tool calls. ``counts_cached`` says whether usage has
    ``prompt_tokens_details``. ``whole_seconds`` makes ``created`` in ``time_info`` a whole number.

    ``vision`` says whether it accepts images. ``reasoning`` says whether it reasons before it
    answers. ``reasoning_efforts`` are the efforts it accepts (empty: all). ``reasoning_formats``
    are the formats it accepts (empty: all). ``reasoning_effort`` is its default effort.
    ``reasoning_format`` is its default format. ``lacks`` lists features of the API that it refuses.
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
    price: NamedPrice | None = None
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
    successor: str | None = None
    windows: Mapping[str, Positive] = field(default_factory=dict[str, int])

    def window(self, tier: str | None) -> int:
        """Return the context window for a tier; without a tier, the widest."""
        return self.windows.get(tier or "", self.context)


@dataclass(frozen=True, slots=True)
class PerPeriod:
    """
    A limit for each period.

    ``minute`` is the limit per minute. ``hour`` is the limit per hour. ``day`` is the limit per
    day.
    """

    minute: Positive
    hour: Positive
    day: Positive


@dataclass(frozen=True, slots=True)
class Amounts:
    """
    The rate limits of one key on one model.

    ``requests`` limits the number of requests. ``tokens`` limits the tokens of prompts and
    completions; if there is a ``total``, cached prompt tokens do not count. ``total`` limits all
    tokens, cached ones included (null: there is only one limit on tokens).
    """

    requests: PerPeriod
    tokens: PerPeriod
    total: PerPeriod | None = None


@dataclass(frozen=True, slots=True)
class Tier(Amounts):
    """
    The rate limits of a pricing plan, for one key on each model.

    ``models`` are models with limits of their own, by id.
    """

    models: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def of(self, model: str) -> Amounts:
        """Return the limits on a model."""
        return self.models.get(model, self)


@dataclass(frozen=True, slots=True)
class Edition:
    """
    One state of the API.

    ``extends`` is another edition, by name or by the path of its file, which supplies all values
    missing here. ``name`` is its name in reports. ``description`` describes it in a line. ``date``
    is the day it describes: models retired by then are refused. ``models`` are the models of the
    API, by id. ``tiers`` are the pricing plans, by name. ``default_tier`` is the tier whose limits
    are shown if no tier is chosen.

    ``keys`` says which API keys are valid. ``bodies`` describes the bodies of successful answers.
    ``headers`` describes the header fields. ``validation`` says how invalid bodies are refused.
    ``limits`` says how requests and tokens are limited. ``revived`` are retired models that still
    answer. ``prompt_cache`` says whether prompts are cached.
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
        """Return a tier by name; None and ``default`` mean the edition's default tier."""
        name = self.default_tier if name in (None, DEFAULT) else name
        if name not in self.tiers:
            raise UnknownNameError(f"tier of edition {self.name}", name, self.tiers)
        return self.tiers[name]

    def narrowed(self, *, tier: str | None, context: int | None) -> Edition:
        """Return the edition with the context windows of a tier, cut to ``context`` tokens."""
        tier = self.default_tier if tier == DEFAULT else tier
        models = {
            name: replace(model, context=min(model.window(tier), context or model.context))
            for name, model in self.models.items()
        }
        return replace(self, models=models)

    def served(self, name: str) -> Model | None:
        """Return the model of that name, or None if requests for it are refused."""
        model = self.models.get(name)
        gone = model is None or (self.is_retired(model) and name not in self.revived)
        return None if gone else model

    def serves(self, model: str) -> bool:
        """Return whether requests for this model are answered."""
        return self.served(model) is not None

    def is_retired(self, model: Model) -> bool:
        """Return whether the model was retired by the edition's date."""
        return model.retired is not None and model.retired <= self.date
