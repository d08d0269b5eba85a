"""Reads a request: which endpoint, whose key, which model, how many tokens, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .api.edition import Edition
from .api.problems import RefusalError
from .api.prompt import Size, measure
from .api.routes import WITHOUT_KEY, Endpoint, route
from .api.validation import validate
from .messages import Request
from .scenario.matching import Subject

COMPLETING: frozenset[Endpoint] = frozenset({"chat", "completions"})


@dataclass(slots=True)
class Inquiry:
    """
    What a request asks for, as far as it could be read before ``refusal`` ended the reading.

    ``size`` is the prompt in parts, ``cached`` what the prompt cache has of it, both in tokens,
    ``requested`` is the completion length that the client asked for, ``limit`` what it may get,
    both in tokens.
    """

    request: Request
    endpoint: Endpoint | None = None
    name: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    prompt: int = 0
    size: Size = field(default_factory=Size)
    cached: int = 0
    requested: int | None = None
    limit: int = 0
    refusal: RefusalError | None = None

    @property
    def model_id(self) -> str:
        """The id of the model that is asked for, or about."""
        return str(self.body.get("model", self.name))

    @property
    def stream(self) -> bool:
        """Whether the client wants server-sent events."""
        return bool(self.body.get("stream"))

    def subject(self) -> Subject:
        """Return what the rules of a scenario can look at."""
        return Subject(self.endpoint, self.model_id, self.stream, prompt_text(self.body))

    def facts(self, edition: Edition) -> dict[str, object]:
        """Return what the messages of errors may name."""
        model = edition.models.get(self.model_id)
        facts: dict[str, object] = {"model": self.model_id}
        if model is not None:
            facts |= {"length": self.prompt + (self.requested or 0), "limit": model.context}
        return facts


def read(request: Request, edition: Edition) -> Inquiry:
    """
    Return what the request asks for.

    The first thing that the API would refuse is noted; reading goes on, because a scenario may
    have a rule for the request all the same.
    """
    inquiry = Inquiry(request)
    for step in (_find_endpoint, _check_key, _read_body, _measure):
        try:
            step(inquiry, edition)
        except RefusalError as refusal:
            inquiry.refusal = inquiry.refusal or refusal
    return inquiry


def prompt_text(body: dict[str, Any]) -> str:
    """Return the text of all messages, or the prompt, for a rule to search."""
    if "messages" not in body:
        text = body.get("prompt", "")
        return text if isinstance(text, str) else "\n".join(map(str, text))
    contents = (message.get("content") for message in body["messages"])
    return "\n".join(
        content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)
        for content in contents
        if content
    )


def _find_endpoint(inquiry: Inquiry, _: Edition) -> None:
    inquiry.endpoint, inquiry.name = route(inquiry.request.method, inquiry.request.path)


def _check_key(inquiry: Inquiry, edition: Edition) -> None:
    request = inquiry.request
    if inquiry.endpoint in WITHOUT_KEY:
        return
    credentials = request.headers.get("authorization")
    if credentials is None:
        raise RefusalError(edition.keys.missing)
    if request.key is None:
        malformed = edition.keys.missing == "wrong_api_key"
        raise RefusalError("wrong_api_key" if malformed else "not_bearer")
    if not request.key.startswith(edition.keys.prefix):
        raise RefusalError("wrong_api_key")


def _read_body(inquiry: Inquiry, _: Edition) -> None:
    if inquiry.endpoint in COMPLETING:
        inquiry.body = validate(inquiry.endpoint, inquiry.request.body)


def _measure(inquiry: Inquiry, edition: Edition) -> None:
    """Count the prompt and find out how long the completion may be."""
    body = inquiry.body
    if not body:
        return
    if not edition.serves(inquiry.model_id):
        known = edition.models.get(inquiry.model_id)
        raise RefusalError(
            "model_archived" if known else "model_not_found", {"model": inquiry.model_id}
        )
    model = edition.models[inquiry.model_id]
    inquiry.size = measure(body, model)
    inquiry.prompt = inquiry.size.tokens
    asked = body.get("max_completion_tokens")
    asked = body.get("max_tokens") if asked is None else asked
    inquiry.requested = None if asked in (None, -1) else asked
    if inquiry.prompt + (inquiry.requested or 0) > model.context:
        raise RefusalError("context_length_exceeded", inquiry.facts(edition))
    room = min(model.context - inquiry.prompt, model.max_output)
    wanted = model.default_output if inquiry.requested is None else inquiry.requested
    inquiry.limit = room if wanted is None else min(wanted, room)
