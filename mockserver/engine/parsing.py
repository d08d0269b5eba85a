"""Parses the endpoint, API key, model and tokens of a request, or finds why the API refuses it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal, TypeAlias, TypeVar

from mockserver.api.contract.edition import Edition, Model
from mockserver.api.contract.edition_settings import Validation
from mockserver.api.contract.endpoints import ENDPOINTS, NOWHERE, Endpoint
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.routes import route
from mockserver.api.reading import choices
from mockserver.api.reading.chats import SHORTEST, Chat, ChatReader, names_credential
from mockserver.api.reading.decoding import as_json, is_plain_json
from mockserver.api.reading.files import Upload, read_upload
from mockserver.api.reading.parameters import check_fields, read_query
from mockserver.api.reading.prompt import Size, measure
from mockserver.api.reading.refusals import examine
from mockserver.api.reading.validation import validate
from mockserver.core.credentials import redacted, redacted_body
from mockserver.core.errors import shortened
from mockserver.core.messages import Request, dicts
from mockserver.core.sse import dumps
from mockserver.scenario import RequestView

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MEANINGFUL = ("authorization", "content-type", "content-encoding", "queue_threshold")
_MOST_KNOWN = 256  # how many heads are cached, and how many requests; apps repeat both
_LONGEST_NAME = 200  # characters of an unknown model in the journal
_LARGEST_KNOWN = 64 * 1024  # bytes
_MOST_SHOWN = 1024 * 1024  # bytes of an invalid body that the journal shows
_MOST_RESERVED = 16_384  # tokens; reported by the author of a client, who watched the quota
_NOTHING = Size()
_ABSURD = 2**63 - 1  # tokens; JSON may hold an int too long for Python to print


@dataclass(slots=True, eq=False)
class ParsedRequest:
    """
    A request, as far as it could be parsed; ``refusal`` is the first reason to refuse the request.

    Equal requests share one object, so only the parser may change it. ``account`` identifies the
    API key without revealing it. ``data`` is the decoded body, or the body as sent if it could not
    be decoded; ``shown`` is ``data`` without credentials; ``body`` is the parsed body, or empty if
    the body is not valid. ``model`` is None if the edition does not serve the named model. ``chat``
    is the body if it was read in pieces. All lengths are in tokens. ``prompt`` is the length of the
    prompt, and ``size`` has the lengths of its parts. ``requested`` is the completion length that
    the client requested for one choice, and ``limit`` is the maximum length of one choice.
    ``reserved`` is how many tokens the limits reserve for all choices.
    """

    account: str | None = None
    row: Endpoint = NOWHERE
    name: str = ""
    query: dict[str, Any] = field(default_factory=dict)
    data: bytes = b""
    shown: bytes = b""
    body: dict[str, Any] = field(default_factory=dict)
    upload: Upload | None = None
    model: Model | None = None
    prompt: int = 0
    size: Size = _NOTHING
    requested: int | None = None
    limit: int = 0
    reserved: int = 0
    refusal: RefusalError | None = None
    chat: Chat | None = None

    @property
    def endpoint(self) -> str | None:
        """The name of the endpoint; None if the path or the method is wrong."""
        return self.row.name or None

    @property
    def model_id(self) -> str:
        """The id of the model that the body or the path names."""
        return self.body.get("model") or self._about

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that the request offers."""
        functions = (tool.get("function") for tool in dicts(self.body.get("tools")))
        return tuple(one["name"] for one in functions if isinstance(one, dict))

    @property
    def shown_model(self) -> str:
        """The model's id for logs and reports; an unknown id is redacted and shortened."""
        return self.model_id if self.model else shortened(redacted(self.model_id), _LONGEST_NAME)

    @property
    def stream(self) -> bool:
        """Whether the client wants server-sent events."""
        return bool(self.body.get("stream"))

    def view(self, request: Request) -> RequestView:
        """Return the view of the request that the rules of a scenario match."""
        if request.body != self.data:
            request = replace(request, body=self.data)
        return RequestView(self.endpoint, self._about, request, read=self.body or None)

    @property
    def _about(self) -> str:
        """The model that the path names."""
        return self.name if "{model}" in self.row.path else ""

    def facts(self, edition: Edition) -> dict[str, object]:
        """Return the values that error messages may contain."""
        model = edition.models.get(self.model_id)
        facts: dict[str, object] = {"model": self.model_id}
        if model is not None:
            facts |= {"length": self.prompt + (self.requested or 0), "limit": model.context}
        return facts


class RequestParser:
    """Parses requests to an edition; equal requests are parsed once, thanks to a cache."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._heads: OrderedDict[tuple[str | None, ...], ParsedRequest] = OrderedDict()
        self._known: OrderedDict[tuple[ParsedRequest, bytes], ParsedRequest] = OrderedDict()
        self._chats = ChatReader()

    def read(self, request: Request) -> ParsedRequest:
        """
        Return the parsed request.

        Parsing continues after the first reason to refuse the request, because a scenario may still
        have a rule for the request.
        """
        head, body = self._head(request), request.body
        known = self._known.get((head, body))
        if known is not None:
            return known
        refusal = RefusalError("content_too_large") if request.oversized else head.refusal
        parsed = ParsedRequest(head.account, head.row, head.name, head.query, body, refusal=refusal)
        parsed.chat = self._chat(request, head)
        _read_in(parsed, request, self._edition, _STEPS)
        parsed.shown = _shown(parsed)
        if parsed.refusal is None and parsed.body and len(body) <= _LARGEST_KNOWN:
            _remember(self._known, (head, body), parsed)
        return parsed

    def _chat(self, request: Request, head: ParsedRequest) -> Chat | None:
        """Return the body if it is a chat that can be read in pieces."""
        if len(request.body) < SHORTEST or head.row.name != "chat":
            return None
        return self._chats.read(request.body) if is_plain_json(request.headers) else None

    def _head(self, request: Request) -> ParsedRequest:
        """Parse everything but the body."""
        fields = map(request.headers.get, _MEANINGFUL)
        line = (request.method, request.path, request.query, *fields)
        head = self._heads.get(line)
        if head is None:
            head = ParsedRequest(account_of(request.key))
            _read_in(head, request, self._edition, _STEPS_OF_HEADS)
            _remember(self._heads, line, head)
        return head


def _shown(parsed: ParsedRequest) -> bytes:
    """Return the body without credentials; if it is invalid, only its beginning."""
    if parsed.chat is not None and parsed.chat.clean:
        return parsed.data
    shown = parsed.data if parsed.body else parsed.data[:_MOST_SHOWN]
    strict = not parsed.body or not parsed.row.limited
    return redacted_body(shown, named=strict or names_credential(parsed.body))


def _remember(known: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Add to a cache, and drop the oldest entry if the cache is full."""
    if len(known) == _MOST_KNOWN:
        known.popitem(last=False)
    known[key] = value


def read_line(endpoint: str, body: bytes, edition: Edition) -> ParsedRequest:
    """Parse one line of a batch; the API key was checked when the batch was created."""
    parsed = ParsedRequest(row=ENDPOINTS[endpoint], data=body)
    _read_in(parsed, Request("POST", "", body=body), edition, _STEPS)
    return parsed


def _read_in(
    parsed: ParsedRequest, request: Request, edition: Edition, steps: Iterable[Step]
) -> None:
    for step in steps:
        try:
            step(parsed, request, edition)
        except RefusalError as refusal:
            parsed.refusal = parsed.refusal or refusal.unraised()


@lru_cache
def account_of(key: str | None) -> str | None:
    """Return a digest that identifies the API key without revealing it."""
    # A header field may contain bytes that are not UTF-8, which arrive as lone surrogates.
    return key and blake2b(key.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def _find_endpoint(parsed: ParsedRequest, request: Request, _: Edition) -> None:
    endpoint, parsed.name = route(request.method, request.path)
    parsed.row = ENDPOINTS[endpoint]


def _check_key(parsed: ParsedRequest, request: Request, edition: Edition) -> None:
    if not parsed.row.key:
        return
    credentials = request.headers.get("authorization")
    if credentials is None:
        raise RefusalError(edition.keys.missing)
    if request.key is None:
        malformed = edition.keys.missing == "wrong_api_key"
        raise RefusalError("wrong_api_key" if malformed else "not_bearer")
    if not request.key.startswith(edition.keys.prefix):
        raise RefusalError("wrong_api_key")


def _read_parameters(parsed: ParsedRequest, request: Request, _: Edition) -> None:
    if parsed.row.limited:
        check_fields(request.headers)
    if parsed.endpoint is not None:
        parsed.query = read_query(parsed.endpoint, request.query)


def _read_body(parsed: ParsedRequest, request: Request, edition: Edition) -> None:
    row = parsed.row
    if row.upload:
        parsed.upload = read_upload(request.body, request.headers)
        parsed.data = dumps(parsed.upload.shown())
    elif row.body is not None:
        # how older APIs refused an invalid body is known only for endpoints with limits
        how = edition.validation if row.limited else Validation()
        parsed.data = as_json(request.body, request.headers)
        chat = parsed.chat
        parsed.body = validate(row.name, parsed.data, how) if chat is None else chat.body
        parsed.model = edition.served(parsed.model_id)


def _examine(parsed: ParsedRequest, _: Request, edition: Edition) -> None:
    """Refuse unsupported parameters; ``_measure`` refuses unknown models."""
    if parsed.model is not None:
        examine(parsed.body, parsed.model, edition.validation)


def _measure(parsed: ParsedRequest, _: Request, edition: Edition) -> None:
    """Count the tokens of the prompt, and compute how many tokens a completion may have."""
    row, body, model = parsed.row, parsed.body, parsed.model
    if not row.text or not body:
        return
    if model is None:
        known = edition.models.get(parsed.model_id)
        problem = "model_archived" if known and known.archived else "model_not_found"
        raise RefusalError(problem, {"model": parsed.model_id})
    parsed.size = measure(body, row.text, model)
    prompt = parsed.prompt = parsed.size.tokens
    asked = body.get("max_completion_tokens")
    asked = body.get("max_tokens") if asked is None else asked
    requested = parsed.requested = None if asked in (None, -1) else min(asked, _ABSURD)
    if prompt + (requested or 0) > model.context:
        raise RefusalError("context_length_exceeded", parsed.facts(edition))
    if row.cost == "prompt":
        parsed.reserved = prompt
        return
    room = min(model.context - prompt, model.max_output)
    wanted = model.default_output if requested is None else requested
    parsed.limit = room if wanted is None else min(wanted, room)
    each = _reserved(parsed, edition.limits.reserves)
    parsed.reserved = prompt + choices.count(body) * each


def _reserved(parsed: ParsedRequest, how: Literal["completion", "asked", "estimate"]) -> int:
    """Return how many tokens are reserved for one completion; see ``Limits``."""
    match how:
        case "completion":
            return parsed.limit
        case "asked":
            most = _MOST_RESERVED
            return most if parsed.requested is None else min(parsed.requested, most)
        case "estimate":
            return min(parsed.limit, parsed.requested or parsed.prompt)


Step: TypeAlias = Callable[[ParsedRequest, Request, Edition], None]
_STEPS_OF_HEADS: tuple[Step, ...] = (_find_endpoint, _check_key, _read_parameters)
_STEPS: tuple[Step, ...] = (_read_body, _examine, _measure)
