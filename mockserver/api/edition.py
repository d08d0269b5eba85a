"""
Whose Cerebras: one state of the API, as data.

The API changes; an edition is one state of it, written as data. Behaviour follows these fields
and never asks for an edition's name, so that a user can write an edition of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from mockserver.errors import UnknownNameError
from mockserver.quantities import Count, Positive

from .requests import ReasoningEffort, ReasoningFormat

DEFAULT = "default"
Lack = Literal["named_tool_choice", "strict_tools", "sequential_tool_calls"]
Check = Literal[
    "n_greater_than_1",
    "n_greater_than_128",
    "two_token_limits",
    "reasoning_effort_unsupported",
    "reasoning_format_unsupported",
    "orphan_tool",
    "images_unsupported",
    "too_many_images",
    "image_by_url",
    "image_format",
    "json_object_stream",
    "tool_choice_without_tools",
    "tool_choice_named_2025",
    "tools_plus_response_format",
    "mixed_strict",
    "strict_unsupported",
    "parallel_tool_calls_unsupported",
    "tool_name_grammar",
    "schemas",
]
"""What is examined in a body that is well-formed; see ``refusals``."""

Refill: TypeAlias = Literal["continuous", "window"]
ShownReasoning: TypeAlias = Literal["parsed", "raw", "hidden"]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model as an edition serves it.

    ``context`` is the window of prompt plus completion in tokens, ``max_output`` the longest
    completion, ``default_output`` what a request gets that asks for no length (null: as much as
    there is room for), ``speed`` output tokens a second. ``prompt_base`` and ``prompt_each`` are
    what the chat template adds to a prompt and to each of its messages, in tokens. A model with
    ``stop_event`` streams an empty delta for the token that ends its text; usage has
    ``prompt_tokens_details`` for those that count cached tokens. A retired model is
    refused as not found, or as archived when it is ``archived``. ``windows`` are the contexts of
    tiers that have less.

    ``reasoning_efforts`` and ``reasoning_formats`` are those that it takes (empty: all of them),
    ``lacks`` what it refuses although the API knows it.

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
    reasoning_efforts: tuple[ReasoningEffort, ...] = ()
    reasoning_formats: tuple[ReasoningFormat, ...] = ()
    lacks: tuple[Lack, ...] = ()
    reasoning_effort: Literal["none", "low", "medium", "high"] = "medium"
    reasoning_format: ShownReasoning = "parsed"
    whole_tool_calls: bool = False
    tokenizer: str = ""
    preview: bool = False
    stop_event: bool = False
    counts_cached: bool = True
    archived: bool = False
    retired: dt.date | None = None
    windows: Mapping[str, Positive] = field(default_factory=dict[str, int])

    def window(self, tier: str | None) -> int:
        """Return the context that a tier has, the widest when none is enforced."""
        return self.windows.get(tier or "", self.context)


@dataclass(frozen=True, slots=True)
class PerPeriod:
    """An amount that may be used in each minute, hour and day."""

    minute: Positive
    hour: Positive
    day: Positive


@dataclass(frozen=True, slots=True)
class Amounts:
    """
    What may be used of one model by one key.

    With ``total``, ``tokens`` are those that the prompt cache did not have, and ``total`` is all of
    them; without it there is one amount for all.
    """

    requests: PerPeriod
    tokens: PerPeriod
    total: PerPeriod | None = None


@dataclass(frozen=True, slots=True)
class Tier(Amounts):
    """What a plan of payment allows to one key on each model; ``models`` are the exceptions."""

    models: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def of(self, model: str) -> Amounts:
        """Return what it allows on this model."""
        return self.models.get(model, self)


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How requests and tokens are limited.

    ``refill`` says whether what was used comes back ``continuous``ly, or all of it at the end of
    each ``window``: the next full minute, hour and midnight (UTC).
    ``reserves`` is what a request takes besides its prompt until it is over: the longest
    ``completion`` that it may get; what it ``asked`` for, up to 16,384 tokens, or these when it
    asked for nothing; an ``estimate``, what it asked for or as much as the prompt again.
    ``retry_after`` says whether a refusal has the header; ``overload_headers`` are what the answer
    of a full queue has besides, such as ``x-should-retry``.
    """

    reserves: Literal["completion", "asked", "estimate"] = "completion"
    refill: Refill = "continuous"
    retry_after: bool = True
    overload_headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Keys:
    """Which API keys are good: all that begin with ``prefix``."""

    prefix: str = ""
    missing: Literal["not_authenticated", "wrong_api_key"] = "not_authenticated"


@dataclass(frozen=True, slots=True)
class Bodies:
    """
    What success bodies hold: the keys of ``usage`` and ``time_info``, in order; today's by default.

    ``image_tokens`` is there for models with vision only. ``done`` says whether a stream ends with
    ``[DONE]``, or just ends.
    """

    usage: tuple[str, ...] = (
        "total_tokens",
        "completion_tokens",
        "completion_tokens_details",
        "prompt_tokens",
        "prompt_tokens_details",
    )
    completion_details: tuple[str, ...] = ("reasoning_tokens",)
    prompt_details: tuple[str, ...] = ("cached_tokens", "image_tokens")
    time_info: tuple[str, ...] = (
        "created",
        "queue_time",
        "prompt_time",
        "completion_time",
        "total_time",
    )
    done: bool = True


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """
    What the header fields of an answer are; today's by default.

    ``cookie`` is a template with ``{token}`` and ``{expires}`` (a date). ``limits`` are the amounts
    whose limit and remainder are shown, such as ``requests-day``; with ``resets`` also when they
    are next full, in seconds. ``total`` are those whose remainder is that of all tokens, cached
    ones included, where a tier counts them apart. ``transport_security`` is that of completions,
    ``plain_transport_security`` that of all other answers.
    """

    limits: tuple[str, ...] = (
        *("requests-minute", "requests-hour", "requests-day"),
        *("tokens-minute", "tokens-hour", "tokens-day"),
    )
    total: tuple[str, ...] = ("tokens-hour",)
    resets: bool = False
    transport_security: str = "max-age=15552000; includeSubDomains; preload"
    plain_transport_security: str = "max-age=3600; includeSubDomains"
    cookie: str | None = None
    server_timing: bool = False


TODAY = HeaderFields()


@dataclass(frozen=True, slots=True)
class Validation:
    """
    How a body that the API does not like is refused.

    ``status`` and ``prefix`` (of the place in the body) changed on 2026-04-24. ``images`` is how
    many a request may hold; ``waives`` names the checks that are not made.
    """

    status: Annotated[int, Field(ge=400, le=499)] = 400
    prefix: str = ""
    images: Count = 5
    waives: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of the API; ``revived`` are retired models that answer all the same."""

    name: str
    description: str
    date: dt.date
    models: Mapping[str, Model]
    tiers: Mapping[str, Tier]
    default_tier: str
    bodies: Bodies = field(default_factory=Bodies)
    headers: HeaderFields = field(default_factory=HeaderFields)
    keys: Keys = field(default_factory=Keys)
    validation: Validation = field(default_factory=Validation)
    limits: Limits = field(default_factory=Limits)
    revived: tuple[str, ...] = ()
    prompt_cache: bool = True

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

    def serves(self, model: str) -> bool:
        """Return whether a request for this model is answered."""
        known = self.models.get(model)
        return known is not None and (model in self.revived or not self.is_retired(known))

    def is_retired(self, model: Model) -> bool:
        """Return whether the live API had dropped the model by the edition's date."""
        return model.retired is not None and model.retired <= self.date
