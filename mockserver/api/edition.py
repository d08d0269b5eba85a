"""
Whose Cerebras: one state of the API, as data.

The API changes; an edition is one state of it, written as data. Behaviour follows these fields
and never asks for an edition's name, so that a user can write an edition of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from mockserver.errors import UnknownNameError
from mockserver.quantities import Count, Positive

DEFAULT = "default"

ShownReasoning: TypeAlias = Literal["parsed", "raw", "hidden"]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model as an edition serves it.

    ``context`` is the window of prompt plus completion in tokens, ``max_output`` the longest
    completion, ``default_output`` what a request gets that asks for no length (null: as much as
    there is room for), ``speed`` output tokens a second. ``prompt_base`` and ``prompt_each`` are
    what the chat template adds to a prompt and to each of its messages, in tokens.
    ``reasoning_effort`` and ``reasoning_format`` are those of a request that names none;
    ``whole_tool_calls`` says that a stream has each call of a tool in one piece.
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
    price: tuple[str, str] = ("0", "0")
    vision: bool = False
    reasoning: bool = False
    reasoning_effort: Literal["none", "low", "medium", "high"] = "medium"
    reasoning_format: ShownReasoning = "parsed"
    whole_tool_calls: bool = False
    tokenizer: str = ""
    preview: bool = False
    retired: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PerPeriod:
    """An amount that may be used in each minute, hour and day."""

    minute: Positive
    hour: Positive
    day: Positive


@dataclass(frozen=True, slots=True)
class Tier:
    """What a plan of payment allows to one key and model."""

    requests: PerPeriod
    tokens: PerPeriod


@dataclass(frozen=True, slots=True)
class Keys:
    """Which API keys are good: all that begin with ``prefix``."""

    prefix: str = ""
    missing: Literal["not_authenticated", "wrong_api_key"] = "not_authenticated"


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the API."""

    name: str
    description: str
    date: dt.date
    models: Mapping[str, Model]
    tiers: Mapping[str, Tier]
    default_tier: str
    keys: Keys = field(default_factory=Keys)
    serves_retired: bool = False
    stream_done: bool = True
    prompt_cache: bool = True

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)

    def tier(self, name: str | None) -> Tier:
        """Return a tier by name; none and ``default`` are the edition's default tier."""
        name = self.default_tier if name in (None, DEFAULT) else name
        if name not in self.tiers:
            raise UnknownNameError(f"tier of edition {self.name}", name, self.tiers)
        return self.tiers[name]

    def narrowed(self, context: int) -> Edition:
        """Return the edition with no model's window wider than so many tokens."""
        models = {
            name: replace(model, context=min(model.context, context))
            for name, model in self.models.items()
        }
        return replace(self, models=models)

    def serves(self, model: str) -> bool:
        """Return whether a request for this model is answered."""
        known = self.models.get(model)
        return known is not None and (self.serves_retired or not self.is_retired(known))

    def is_retired(self, model: Model) -> bool:
        """Return whether the live API had dropped the model by the edition's date."""
        return model.retired is not None and model.retired <= self.date
