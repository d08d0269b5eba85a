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
"""The names of the checks of well-formed bodies; see ``refusals``."""

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
        raise ValueError("should be a template with {token} and {expires:%Y-%m-%d}") from error
    return text


Refill: TypeAlias = Literal["continuous", "window"]
FieldName: TypeAlias = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
FieldValue: TypeAlias = Annotated[str, Field(pattern=r"^[ -~]*$")]
"""A header field's name and value (RFC 9110, 5.1 and 5.5, without obsolete forms)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How requests and tokens are limited, and what the refusal of a request contains.

    ``refill``: ``continuous`` if quotas refill evenly, ``window`` if they refill all at once at the
    next full minute, hour or midnight (UTC). ``reserves``: how many tokens a request reserves, in
    addition to its prompt, until its answer is over. With ``completion``, it reserves the longest
    completion that it can get. With ``asked``, it reserves its own limit up to 16,384 tokens, or
    16,384 if it sets none. With ``estimate``, it reserves its own limit, or the length of its
    prompt if it sets none. ``retry_after``: whether a refusal has the header field ``retry-after``.
    ``overload_headers``: additional header fields of the 429 while the queue is full, such as
    ``x-should-retry``.
    """

    reserves: Literal["completion", "asked", "estimate"] = "completion"
    refill: Refill = "continuous"
    retry_after: Flag = True
    overload_headers: Mapping[FieldName, FieldValue] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Keys:
    """
    Which API keys are valid.

    ``prefix``: the beginning of a valid key. ``missing``: the error that a request without a key
    gets.
    """

    prefix: str = ""
    missing: Literal["not_authenticated", "wrong_api_key"] = "not_authenticated"

    def sample(self, name: str) -> str:
        """Return a valid key that contains a name; without a ``prefix`` it begins with ``csk-``."""
        return f"{self.prefix or 'csk-'}{name}"


@dataclass(frozen=True, slots=True)
class Bodies:
    """
    The keys in the bodies of successful answers, in order; the defaults are those of today.

    ``usage``: the keys of the object ``usage``. ``completion_details``: the keys of
    ``completion_tokens_details``. ``prompt_details``: the keys of ``prompt_tokens_details``;
    ``image_tokens`` is present only for models with vision. ``counts_reasoning``: whether
    ``reasoning_tokens`` counts the reasoning; otherwise it is always 0. ``time_info``: the keys of
    the object ``time_info``. ``done``: whether a stream ends with ``[DONE]``.
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
            raise ValueError(f"usage should also have {' and '.join(missing)}")


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """
    The header fields of an answer; the defaults are those of today.

    ``limits``: the rate limits that are shown, each with its remainder. ``total``: the rate limits
    that show what remains of the tier's limit on all tokens, if the tier has such a limit.
    ``resets``: whether the seconds until each limit is reset are shown. ``transport_security``: the
    value of ``strict-transport-security`` for completions. ``plain_transport_security``: the value
    of ``strict-transport-security`` for all answers except completions. ``cookie``: a template with
    ``{token}`` and the date ``{expires}`` (null: no cookie). ``server_timing``: whether completions
    that are not streamed have the two ``server-timing`` fields.
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

    ``status``: the status of the refusal; it was 422 until 2026-04-24. ``prefix``: the text before
    each path in the body; it was ``body.`` until 2026-04-24. ``union_members``: whether a value
    that fits none of several types gets one line for each type, with the name of the type; until
    2026-04-24 such a value got a single line. ``images``: how many images a request may contain.
    ``waives``: the checks that are skipped.
    """

    status: Annotated[int, Field(ge=400, le=499), WHOLE] = 400
    prefix: str = ""
    union_members: Flag = True
    images: Count = 5
    waives: tuple[Check, ...] = ()
