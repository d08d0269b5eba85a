"""
The request bodies, as tables.

Names, ranges and defaults come from the server's own OpenAPI document ("Cerebras Cloud API" 0.2.0).
They are typed dictionaries, because pydantic validates bytes into plain dictionaries in a third of
the time that models take. The class names are the server's, because the real API's messages contain
them, for example as the tag of a union.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

_STRICT = ConfigDict(extra="forbid")

Penalty: TypeAlias = Annotated[float, Field(ge=-2, le=2)] | None
TokenLimit: TypeAlias = Annotated[int, Field(ge=-1)] | None
Stop: TypeAlias = str | Annotated[list[str], Field(max_length=4)] | None
CacheKey: TypeAlias = Annotated[str, Field(max_length=1024)] | None
ReasoningEffort: TypeAlias = Literal["none", "low", "medium", "high"]
ReasoningFormat: TypeAlias = Literal["none", "parsed", "text_parsed", "raw", "hidden"]
ServiceTier: TypeAlias = Literal["auto", "default", "flex", "priority"]


class ToolChoice(StrEnum):
    """An enumeration, because the server's messages contain ``str-enum[ToolChoice]``."""

    none = "none"
    auto = "auto"
    required = "required"


@with_config(_STRICT)
class TextContent(TypedDict):
    type: Literal["text"]
    text: str


@with_config(_STRICT)
class ImageUrl(TypedDict):
    url: str
    detail: NotRequired[str | None]


@with_config(_STRICT)
class ImageUrlContent(TypedDict):
    type: Literal["image_url"]
    image_url: ImageUrl


@with_config(_STRICT)
class ImageContent(TypedDict):
    type: Literal["image"]
    image: str


Part: TypeAlias = Annotated[
    TextContent | ImageUrlContent | ImageContent, Field(discriminator="type")
]


@with_config(_STRICT)
class SystemMessageRequest(TypedDict):
    role: Literal["system"]
    content: str | list[Part]
    name: NotRequired[str | None]


@with_config(_STRICT)
class DeveloperMessageRequest(TypedDict):
    role: Literal["developer"]
    content: str | list[Part]
    name: NotRequired[str | None]


@with_config(_STRICT)
class UserMessageRequest(TypedDict):
    role: Literal["user"]
    content: str | list[Part]
    name: NotRequired[str | None]


@with_config(_STRICT)
class AssistantToolCallFunction(TypedDict):
    name: str
    arguments: str


@with_config(_STRICT)
class AssistantToolCall(TypedDict):
    id: str
    type: Literal["function"]
    function: AssistantToolCallFunction
    index: NotRequired[int | None]


@with_config(_STRICT)
class AssistantMessageRequest(TypedDict):
    role: Literal["assistant"]
    content: NotRequired[str | list[TextContent] | None]
    reasoning: NotRequired[str | list[TextContent] | None]
    tool_calls: NotRequired[list[AssistantToolCall] | None]
    name: NotRequired[str | None]


@with_config(_STRICT)
class ToolMessageRequest(TypedDict):
    role: Literal["tool"]
    content: str | list[TextContent]
    tool_call_id: str
    name: NotRequired[str | None]


Message: TypeAlias = Annotated[
    SystemMessageRequest
    | DeveloperMessageRequest
    | UserMessageRequest
    | AssistantMessageRequest
    | ToolMessageRequest,
    Field(discriminator="role"),
]


@with_config(_STRICT)
class FunctionObject(TypedDict):
    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[dict[str, Any] | None]
    strict: NotRequired[bool | None]


@with_config(_STRICT)
class Tool(TypedDict):
    type: str
    function: FunctionObject


@with_config(_STRICT)
class ChoiceObjectFunction(TypedDict):
    name: str


@with_config(_STRICT)
class ChoiceObject(TypedDict):
    type: str
    function: ChoiceObjectFunction


@with_config(_STRICT)
class ResponseFormatText(TypedDict):
    type: Literal["text"]


@with_config(_STRICT)
class ResponseFormatJSONObject(TypedDict):
    type: Literal["json_object"]


@with_config(_STRICT)
class JSONSchema(TypedDict):
    name: str
    description: NotRequired[str | None]
    schema: NotRequired[dict[str, Any] | None]
    strict: NotRequired[bool | None]


@with_config(_STRICT)
class ResponseFormatJSONSchema(TypedDict):
    type: Literal["json_schema"]
    json_schema: JSONSchema


ResponseFormat: TypeAlias = Annotated[
    ResponseFormatText | ResponseFormatJSONObject | ResponseFormatJSONSchema,
    Field(discriminator="type"),
]


@with_config(_STRICT)
class Prediction(TypedDict):
    type: Literal["content"]
    content: str | list[TextContent]


@with_config(_STRICT)
class StreamOptions(TypedDict):
    include_usage: NotRequired[bool | None]


@with_config(_STRICT)
class ChatCompletionRequest(TypedDict):
    """The body of ``POST /v1/chat/completions``."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    clear_thinking: NotRequired[bool | None]
    disable_reasoning: NotRequired[bool | None]
    frequency_penalty: NotRequired[Penalty]
    logit_bias: NotRequired[dict[str, float] | None]
    logprobs: NotRequired[bool | None]
    max_completion_tokens: NotRequired[TokenLimit]
    max_tokens: NotRequired[TokenLimit]
    min_completion_tokens: NotRequired[TokenLimit]
    min_tokens: NotRequired[TokenLimit]
    model_parameters: NotRequired[dict[str, Any] | None]
    n: NotRequired[Annotated[int, Field(ge=1)] | None]
    parallel_tool_calls: NotRequired[bool | None]
    prediction: NotRequired[Prediction | None]
    presence_penalty: NotRequired[Penalty]
    prompt_cache_key: NotRequired[CacheKey]
    reasoning_effort: NotRequired[ReasoningEffort | None]
    reasoning_format: NotRequired[ReasoningFormat]
    response_format: NotRequired[ResponseFormat | None]
    seed: NotRequired[int | None]
    service_tier: NotRequired[ServiceTier | None]
    stop: NotRequired[Stop]
    stream: NotRequired[bool | None]
    stream_options: NotRequired[StreamOptions | None]
    temperature: NotRequired[Annotated[float, Field(ge=0, le=2)] | None]
    tool_choice: NotRequired[ToolChoice | ChoiceObject | None]
    tools: NotRequired[list[Tool] | None]
    top_logprobs: NotRequired[Annotated[int, Field(ge=0, le=20)] | None]
    top_p: NotRequired[Annotated[float, Field(ge=0, le=1)] | None]
    user: NotRequired[str | None]


TokenArray: TypeAlias = list[Annotated[int, Field(ge=0)]]
_SEVERAL = Field(max_length=1024)  # inferred: there must be some bound


@with_config(_STRICT)
class CompletionRequest(TypedDict):
    """The body of ``POST /v1/completions``."""

    model: str
    prompt: (
        str | Annotated[list[str], _SEVERAL] | TokenArray | Annotated[list[TokenArray], _SEVERAL]
    )
    best_of: NotRequired[Annotated[int, Field(ge=0, le=20)] | None]
    echo: NotRequired[bool | None]
    frequency_penalty: NotRequired[Penalty]
    grammar_root: NotRequired[str | None]
    logit_bias: NotRequired[dict[str, float] | None]
    logprobs: NotRequired[Annotated[int, Field(ge=0, le=20)] | None]
    max_tokens: NotRequired[TokenLimit]
    min_tokens: NotRequired[TokenLimit]
    n: NotRequired[Annotated[int, Field(ge=1)] | None]
    presence_penalty: NotRequired[Penalty]
    prompt_cache_key: NotRequired[CacheKey]
    reasoning_format: NotRequired[ReasoningFormat | None]
    return_raw_tokens: NotRequired[bool | None]
    seed: NotRequired[int | None]
    stop: NotRequired[Stop]
    stream: NotRequired[bool | None]
    stream_options: NotRequired[StreamOptions | None]
    suffix: NotRequired[str | None]
    temperature: NotRequired[Annotated[float, Field(ge=0, le=2)] | None]
    top_p: NotRequired[Annotated[float, Field(ge=0, le=1)] | None]
    user: NotRequired[str | None]
