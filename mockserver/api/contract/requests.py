"""
The types of the request bodies.

Names, ranges and defaults come from the server's own OpenAPI document ("Cerebras Cloud API" 0.2.0).
The bodies are typed dictionaries, because pydantic needs three times as long to validate bytes into
its models. The class names are the server's, because the real API's messages contain them, for
example as the tag of a union.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic needs this TypedDict before Python 3.12

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


@with_config(ConfigDict(extra="forbid"))
class _Strict(TypedDict):
    """A body or a part of a body; each subclass allows only the keys that it declares."""


class TextContent(_Strict):
    type: Literal["text"]
    text: str


class ImageUrl(_Strict):
    url: str
    detail: NotRequired[str | None]


class ImageUrlContent(_Strict):
    type: Literal["image_url"]
    image_url: ImageUrl


class ImageContent(_Strict):
    type: Literal["image"]
    image: str


Part: TypeAlias = Annotated[
    TextContent | ImageUrlContent | ImageContent, Field(discriminator="type")
]


class SystemMessageRequest(_Strict):
    role: Literal["system"]
    content: str | list[Part]
    name: NotRequired[str | None]


class DeveloperMessageRequest(_Strict):
    role: Literal["developer"]
    content: str | list[Part]
    name: NotRequired[str | None]


class UserMessageRequest(_Strict):
    role: Literal["user"]
    content: str | list[Part]
    name: NotRequired[str | None]


class AssistantToolCallFunction(_Strict):
    name: str
    arguments: str


class AssistantToolCall(_Strict):
    id: str
    type: Literal["function"]
    function: AssistantToolCallFunction
    index: NotRequired[int | None]


class AssistantMessageRequest(_Strict):
    role: Literal["assistant"]
    content: NotRequired[str | list[TextContent] | None]
    reasoning: NotRequired[str | list[TextContent] | None]
    tool_calls: NotRequired[list[AssistantToolCall] | None]
    name: NotRequired[str | None]


class ToolMessageRequest(_Strict):
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


class FunctionObject(_Strict):
    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[dict[str, Any] | None]
    strict: NotRequired[bool | None]


class Tool(_Strict):
    type: str
    function: FunctionObject


class ChoiceObjectFunction(_Strict):
    name: str


class ChoiceObject(_Strict):
    type: str
    function: ChoiceObjectFunction


class ResponseFormatText(_Strict):
    type: Literal["text"]


class ResponseFormatJSONObject(_Strict):
    type: Literal["json_object"]


class JSONSchema(_Strict):
    name: str
    description: NotRequired[str | None]
    schema: NotRequired[dict[str, Any] | None]
    strict: NotRequired[bool | None]


class ResponseFormatJSONSchema(_Strict):
    type: Literal["json_schema"]
    json_schema: JSONSchema


ResponseFormat: TypeAlias = Annotated[
    ResponseFormatText | ResponseFormatJSONObject | ResponseFormatJSONSchema,
    Field(discriminator="type"),
]


class Prediction(_Strict):
    type: Literal["content"]
    content: str | list[TextContent]


class StreamOptions(_Strict):
    include_usage: NotRequired[bool | None]


class ChatCompletionRequest(_Strict):
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
_SEVERAL = Field(max_length=1024)  # inferred: there must be some bound, but none is known


class CompletionRequest(_Strict):
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
