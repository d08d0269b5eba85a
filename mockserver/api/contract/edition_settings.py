"""
The settings of an edition: API keys, limits, bodies, header fields and validation.

The defaults match the API of today. Lists of names have literal types, so that a misspelt name
is found when an edition is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, get_args

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
"""The checks of well-formed bodies; see ``refusals``."""

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
"""A header field's name and value (RFC 9110, 5.1 and 5.5, without obsolete forms)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How requests and tokens are limited, and how a refusal says so.

    ``refill`` says whether quotas refill evenly (``continuous``), or all at once at the next full
    minute, hour and midnight in UTC (``window``). ``reserves`` chooses how many tokens a request
    reserves besides its prompt until it is over: with ``completion``, the longest completion that
    it may get; with ``asked``, its own limit up to 16,384, or 16,384 if it has none; with
    ``estimate``, its own limit, or the length of its prompt if it has none. ``retry_after`` says
    whether a refusal has that header. ``overload_headers`` are additional header fields for the
    answer of a full queue, such as ``x-should-retry``.
    """

    reserves: Literal["completion", "asked", "estimate"] = "completion"
    refill: Refill = "continuous"
    retry_after: Flag = True
    overload_headers: Mapping[FieldName, FieldValue] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Keys:
    """
    Which API keys are valid.

    ``prefix`` is how a valid key begins. ``missing`` is the problem of a request without a key.
    """

    prefix: str = ""
    missing: Literal["not_authenticated", "wrong_api_key"] = "not_authenticated"

    def sample(self, name: str) -> str:
        """Return a valid key with a name in it; without a prefix it begins like real keys."""
        return f"{self.prefix or 'csk-'}{name}"


@dataclass(frozen=True, slots=True)
class Bodies:
    """
    The keys in the bodies of successful answers, in order; those of today by default.

    ``usage`` are the keys of the object of this name. ``completion_details`` are the keys of
    ``completion_tokens_details``. ``prompt_details`` are the keys of ``prompt_tokens_details``;
    ``image_tokens`` is present only for models with vision. ``counts_reasoning`` says whether
    ``reasoning_tokens`` counts the reasoning, or is always 0. ``time_info`` are the keys of the
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
    time_info: tuple[TimeKey, ...] = get_args(TimeKey)
    counts_reasoning: Flag = True
    done: Flag = True

    def __post_init__(self) -> None:
        missing = [key for key in _NEEDED_USAGE if key not in self.usage]
        if missing:
            raise ValueError(f"usage should have {' and '.join(missing)} too")


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """
    The header fields of an answer; those of today by default.

    ``limits`` are the rate limits that are shown, each with its remainder. ``total`` are those
    whose remainder counts all tokens, if a tier counts uncached tokens separately. ``resets`` also
    shows the seconds until each limit is reset. ``transport_security`` is the value of
    ``strict-transport-security`` for completions. ``plain_transport_security`` is the value for
    all other answers. ``cookie`` is a template with ``{token}`` and ``{expires}``, a date (null: no
    cookie). ``server_timing`` says whether the two ``server-timing`` fields are sent.
    """

    limits: tuple[LimitName, ...] = get_args(LimitName)
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
    How an invalid body is refused.

    ``status`` is the status of the refusal; it was 422 until 2026-04-24. ``prefix`` precedes each
    place in the body; it was ``body.`` until 2026-04-24. ``union_members`` says whether a value
    that fits none of several types gets a line for each type, with its name, or a single line, as
    it did until 2026-04-24. ``images`` is how many images a request may hold. ``waives`` names the
    checks that are skipped.
    """

    status: Annotated[int, Field(ge=400, le=499), WHOLE] = 400
    prefix: str = ""
    union_members: Flag = True
    images: Count = 5
    waives: tuple[Check, ...] = ()
