"""
How the API answers, as data: keys, limits, bodies, header fields and refusals of an edition.

The defaults are today's. What may stand in a list is named here, so that a misspelt name is found
when an edition is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from mockserver.core.units import WHOLE, Count, Flag

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
    "tool_schemas",
]
"""What is examined in a body that is well-formed; see ``refusals``."""

CompletionDetail: TypeAlias = Literal[
    "accepted_prediction_tokens", "rejected_prediction_tokens", "reasoning_tokens"
]
PromptDetail: TypeAlias = Literal["cached_tokens", "image_tokens"]
UsageKey: TypeAlias = Literal[
    "total_tokens",
    "completion_tokens",
    "completion_tokens_details",
    "prompt_tokens",
    "prompt_tokens_details",
    CompletionDetail,
    PromptDetail,
]
TimeKey: TypeAlias = Literal[
    "created", "queue_time", "prompt_time", "completion_time", "total_time"
]
LimitName: TypeAlias = Literal[
    "requests-minute",
    "requests-hour",
    "requests-day",
    "tokens-minute",
    "tokens-hour",
    "tokens-day",
]
_NEEDED_USAGE: tuple[UsageKey, ...] = ("total_tokens", "completion_tokens", "prompt_tokens")


def _template(text: str) -> str:
    try:
        text.format_map({"token": "0", "expires": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError("should be a template of {token} and {expires:%Y-%m-%d}") from error
    return text


Refill: TypeAlias = Literal["continuous", "window"]
FieldName: TypeAlias = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
FieldValue: TypeAlias = Annotated[str, Field(pattern=r"^[ -~]*$")]
"""A header field's name and value (RFC 9110, 5.1 and 5.5, without what is obsolete)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How requests and tokens are limited, and what a refusal says.

    ``refill`` says whether what was used comes back evenly (``continuous``), or all of it at the
    next full minute, hour and midnight in UTC (``window``).
    ``reserves`` is what a request takes besides its prompt until it is over: the longest
    completion that it may get (``completion``); what it asked for, up to 16,384 tokens, or these
    when it asked for nothing (``asked``); what it asked for, or as much as the prompt again
    (``estimate``). ``retry_after`` says whether a refusal has the header. ``overload_headers`` are
    what the answer of a full queue has besides, such as ``x-should-retry``.
    """

    reserves: Literal["completion", "asked", "estimate"] = "completion"
    refill: Refill = "continuous"
    retry_after: Flag = True
    overload_headers: Mapping[FieldName, FieldValue] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Keys:
    """
    Which API keys are good.

    ``prefix`` is what a good one begins with. ``missing`` is the problem of a request without one.
    """

    prefix: str = ""
    missing: Literal["not_authenticated", "wrong_api_key"] = "not_authenticated"

    def sample(self, name: str) -> str:
        """Return a good key: the prefix, or where any will do that of real keys, and a name."""
        return f"{self.prefix or 'csk-'}{name}"


@dataclass(frozen=True, slots=True)
class Bodies:
    """
    What success bodies hold, in order; today's by default.

    ``usage`` are the keys of the object of this name. ``completion_details`` are the keys of
    ``completion_tokens_details``. ``prompt_details`` are the keys of ``prompt_tokens_details``;
    ``image_tokens`` is there for models with vision only. ``counts_reasoning`` says whether
    ``reasoning_tokens`` counts the thoughts, or is always 0. ``time_info`` are the keys of the
    object of this name. ``done`` says whether a stream ends with ``[DONE]``, or just ends.
    """

    usage: tuple[UsageKey, ...] = (
        "total_tokens",
        "completion_tokens",
        "completion_tokens_details",
        "prompt_tokens",
        "prompt_tokens_details",
    )
    completion_details: tuple[CompletionDetail, ...] = ("reasoning_tokens",)
    prompt_details: tuple[PromptDetail, ...] = ("cached_tokens", "image_tokens")
    time_info: tuple[TimeKey, ...] = (
        "created",
        "queue_time",
        "prompt_time",
        "completion_time",
        "total_time",
    )
    counts_reasoning: Flag = True
    done: Flag = True

    def __post_init__(self) -> None:
        missing = [key for key in _NEEDED_USAGE if key not in self.usage]
        if missing:
            raise ValueError(f"usage should have {' and '.join(missing)} too")


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """
    What the header fields of an answer are; today's by default.

    ``limits`` are the amounts whose limit and remainder are shown. ``total`` are those whose
    remainder is that of all tokens, where a tier counts cached ones apart. ``resets`` also shows
    when they are next full, in seconds. ``transport_security`` is the field of completions.
    ``plain_transport_security`` is that of all other answers. ``cookie`` is a template with
    ``{token}`` and ``{expires}``, a date (null: no cookie). ``server_timing`` says whether the
    two fields of measurements are there.
    """

    limits: tuple[LimitName, ...] = (
        "requests-minute",
        "requests-hour",
        "requests-day",
        "tokens-minute",
        "tokens-hour",
        "tokens-day",
    )
    total: tuple[LimitName, ...] = ("tokens-hour",)
    resets: Flag = False
    transport_security: FieldValue = "max-age=15552000; includeSubDomains; preload"
    plain_transport_security: FieldValue = "max-age=3600; includeSubDomains"
    cookie: Annotated[FieldValue, AfterValidator(_template)] | None = None
    server_timing: Flag = False


TODAY = HeaderFields()


@dataclass(frozen=True, slots=True)
class Validation:
    """
    How a body that the API does not like is refused.

    ``status`` is that of the refusal; 422 until 2026-04-24. ``prefix`` stands before the place in
    the body; ``body.`` until the same day. ``union_members`` says whether a value that fits none of
    several types gets a line for each of them, with its name, or one line in all, as until the same
    day. ``images`` is how many a request may hold. ``waives`` names the checks that are not made.
    """

    status: Annotated[int, Field(ge=400, le=499), WHOLE] = 400
    prefix: str = ""
    union_members: Flag = True
    images: Count = 5
    waives: tuple[Check, ...] = ()
