"""
An edition: one state of the API, as data.

The API changes over time. Behavior depends on these fields and never on an edition's name, so
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
    """Make editors offer the names of shipped editions, and accept the path of a YAML file."""
    schema["anyOf"] = [{"enum": list(shipped_names(SHIPPED))}, {"pattern": r"\.ya?ml$"}]


EditionName: TypeAlias = Annotated[str, Field(json_schema_extra=_offer_names)]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model as an edition serves it.

    ``context``: the context window, prompt plus completion, in tokens. ``windows``: smaller context
    windows, by the name of the tier. ``max_output``: the longest completion, in tokens.
    ``default_output``: the completion limit of requests that set none, in tokens (null: the rest of
    the context window). ``speed``: how many tokens the model generates per second.

    ``name``: the model's name in lists of models. ``description``: the text about the model in
    lists of models. ``owner``: the organization that made the model. ``hugging_face_id``: the
    Hugging Face repository of the model's weights. ``created``: the time of the model's release, in
    seconds since the epoch. ``price``: the price of the model's tokens, or the last known price if
    the model is retired (null: unknown). ``tokenizer``: the family of the model's tokenizer.
    ``preview``: whether the model may be withdrawn at short notice. ``retired``: the first day on
    which the live API answers that the model was not found. ``archived``: whether requests for the
    retired model are refused with the message that it is archived. ``successor``: the id of the
    model that the API recommends when it announces the retirement (null: none).

    ``prompt_base``: how many tokens the chat template adds to a prompt. ``prompt_each``: how many
    tokens the chat template adds to each message. ``tokens_per_event``: how many tokens an event of
    a stream has. ``stop_event``: whether a stream has an empty delta for the token that ends the
    content. ``thought_event``: whether a stream has an empty delta for the token that ends the
    reasoning. ``whole_tool_calls``: whether a stream has each tool call in one chunk.
    ``role_last``: whether the role of a message comes after its tool calls. ``counts_cached``:
    whether ``usage`` has ``prompt_tokens_details``. ``whole_seconds``: whether ``created`` in
    ``time_info`` is a whole number.

    ``vision``: whether the model accepts images. ``reasoning``: whether the model reasons before it
    answers. ``reasoning_efforts``: the efforts that the model accepts (empty: all).
    ``reasoning_formats``: the formats that the model accepts (empty: all). ``reasoning_effort``:
    the default effort. ``reasoning_format``: the default format. ``lacks``: features of the API
    that are refused for the model.
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
        """Return the context window for a tier, or the widest window without a tier."""
        return self.windows.get(tier or "", self.context)


@dataclass(frozen=True, slots=True)
class PerPeriod:
    """
    A limit for each period.

    ``minute``: the limit per minute. ``hour``: the limit per hour. ``day``: the limit per day.
    """

    minute: Positive
    hour: Positive
    day: Positive


@dataclass(frozen=True, slots=True)
class Amounts:
    """
    The rate limits of one key on one model.

    ``requests``: the limit on requests. ``tokens``: the limit on the tokens of prompts and
    completions; cached prompt tokens do not count towards this limit if ``total`` is set.
    ``total``: the limit on all tokens, cached ones included (null: no such limit).
    """

    requests: PerPeriod
    tokens: PerPeriod
    total: PerPeriod | None = None


@dataclass(frozen=True, slots=True)
class Tier(Amounts):
    """
    The rate limits of a pricing plan, for one key on each model.

    ``models``: limits that replace the plan's limits for single models, by model id.
    """

    models: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def of(self, model: str) -> Amounts:
        """Return the limits on a model."""
        return self.models.get(model, self)


@dataclass(frozen=True, slots=True)
class Edition:
    """
    One state of the API.

    ``extends``: the name or the file of another edition, which supplies all values missing here.
    ``name``: the edition's name in reports. ``description``: one line about the edition. ``date``:
    the day whose API the edition describes; models retired by that day are refused. ``models``: the
    models of the API, by id. ``tiers``: the pricing plans, by name. ``default_tier``: the tier
    whose limits are shown in header fields if no tier is chosen.

    ``keys``: which API keys are valid. ``bodies``: the bodies of successful answers. ``headers``:
    the header fields. ``validation``: how invalid bodies are refused. ``limits``: how requests and
    tokens are limited. ``revived``: retired models that still answer. ``prompt_cache``: whether
    prompts are cached.
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
        """Return a copy whose models have a tier's context windows, cut to ``context`` tokens."""
        tier = self.default_tier if tier == DEFAULT else tier
        models = {
            name: replace(model, context=min(model.window(tier), context or model.context))
            for name, model in self.models.items()
        }
        return replace(self, models=models)

    def served(self, name: str) -> Model | None:
        """Return the model of that name, or None if requests for the model are refused."""
        model = self.models.get(name)
        gone = model is None or (self.is_retired(model) and name not in self.revived)
        return None if gone else model

    def serves(self, model: str) -> bool:
        """Return whether requests for this model are answered."""
        return self.served(model) is not None

    def is_retired(self, model: Model) -> bool:
        """Return whether the model was retired by the edition's date."""
        return model.retired is not None and model.retired <= self.date
