"""
The table of the API's endpoints, with one row for each.

The table determines routing, validation, limits, the ``x-ratelimit`` fields, and which endpoints
batches and rules can name. Only the answers are made elsewhere: ``mockserver.engine.answers`` has a
function for each row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, NotRequired, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, with_config
from pydantic_core import PydanticKnownError
from typing_extensions import TypedDict  # pydantic needs this TypedDict before Python 3.12

from .requests import ChatCompletionRequest, CompletionRequest

Cost: TypeAlias = Literal["completion", "prompt", "free"]
ModelFormat: TypeAlias = Literal["default", "openrouter", "huggingface"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One endpoint.

    ``path``: may contain one placeholder in braces; ``{model}`` is the id of a model. ``cost``:
    what counts against the limits of a key and model. With ``completion``, the request and the
    tokens of its prompt and answer count. With ``prompt``, the request and the tokens of its prompt
    count. With ``free``, nothing counts. ``body``: the type of a JSON body. ``upload``: whether the
    body is a form with a file instead. ``query``: the type of the query. ``text``: the key of the
    prompt in the body. ``key``: whether an API key is needed.

    Every row that is not ``free`` has a ``text``, and its body has a ``model``.
    """

    name: str
    method: str
    path: str
    cost: Cost
    body: type | None = None
    query: type | None = None
    text: str = ""
    upload: bool = False
    key: bool = True

    @property
    def limited(self) -> bool:
        """Whether requests to the endpoint count against limits."""
        return self.cost != "free"

    def id_in(self, path: str) -> str | None:
        """Return the id in a path of this endpoint ('' without an id), None for other paths."""
        found = _pattern(self.path).fullmatch(path)
        return found and "".join(found.groups())


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "([^/]+)", path))


def one_of(found: object, names: Iterable[str]) -> object:
    """Return ``found``. Raises PydanticKnownError if ``found`` is not among the names."""
    known = [*names]
    if found in known:
        return found
    *others, last = map(repr, known)
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(others)} or {last}"})


def _in_batches(found: object) -> object:
    return one_of(found, (row.path for row in ENDPOINTS.values() if row.limited))


Url: TypeAlias = Annotated[str, BeforeValidator(_in_batches)]
"""The path of an endpoint that a batch can use. Only endpoints with limits are allowed."""


@with_config(ConfigDict(extra="forbid"))
class BatchRequest(TypedDict):
    """The body that creates a batch."""

    input_file_id: str
    endpoint: Url
    completion_window: Literal["24h"]
    metadata: NotRequired[dict[str, str] | None]


class Catalogue(TypedDict):
    """The query of the endpoints that return all models or one model."""

    format: NotRequired[ModelFormat]


class Page(TypedDict):
    """The query of the lists of files and batches, as in the OpenAI API."""

    after: NotRequired[str]
    limit: NotRequired[Annotated[int, Field(ge=1, le=10_000)]]
    purpose: NotRequired[str]


_CHAT, _TEXT, _BATCH = ChatCompletionRequest, CompletionRequest, BatchRequest
_FORMAT, _PAGE = Catalogue, Page
_ROWS = (
    Endpoint("chat", "POST", "/v1/chat/completions", "completion", _CHAT, text="messages"),
    Endpoint("completions", "POST", "/v1/completions", "completion", _TEXT, text="prompt"),
    Endpoint("models", "GET", "/v1/models", "free", query=_FORMAT),
    Endpoint("model", "GET", "/v1/models/{model}", "free", query=_FORMAT),
    Endpoint("public_models", "GET", "/public/v1/models", "free", query=_FORMAT, key=False),
    Endpoint("public_model", "GET", "/public/v1/models/{model}", "free", query=_FORMAT, key=False),
    Endpoint("warming", "GET", "/v1/tcp_warming", "free", key=False),
    Endpoint("upload_file", "POST", "/v1/files", "free", upload=True),
    Endpoint("files", "GET", "/v1/files", "free", query=_PAGE),
    Endpoint("file", "GET", "/v1/files/{file}", "free"),
    Endpoint("file_content", "GET", "/v1/files/{file}/content", "free"),
    Endpoint("delete_file", "DELETE", "/v1/files/{file}", "free"),
    Endpoint("create_batch", "POST", "/v1/batches", "free", _BATCH),
    Endpoint("batches", "GET", "/v1/batches", "free", query=_PAGE),
    Endpoint("batch", "GET", "/v1/batches/{batch}", "free"),
    Endpoint("cancel_batch", "POST", "/v1/batches/{batch}/cancel", "free"),
)
ENDPOINTS = {row.name: row for row in _ROWS}
NOWHERE = Endpoint("", "", "", "free")
"""Stands for the endpoint of a request with a wrong path or method."""
