"""The set-ups that a file shows, for the table of set-up mistakes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.core.credentials import redacted, shown_field
from mockserver.verdicts.mistakes import Setup

from .clients import Chat, MadeClient, arguments
from .posts import Post
from .source import Source
from .values import literal, text_of

Placed: TypeAlias = tuple[ast.expr, Setup]
"""A set-up, and where it stands."""


def of_client(made: MadeClient, edition: Edition) -> Iterator[Placed]:
    """Yield how a client is set up: its address and key, and its model."""
    base_url = made.argument(made.library.base_url)
    if made.asks_cerebras or (base_url is not None and "cerebras" in made.base_url):
        yield (
            base_url or made.call,
            Setup(edition, client=made.library.appends, base_url=made.base_url),
        )
    if not made.asks_cerebras:
        return
    key = made.argument(made.library.key)
    shown = _shown(made.source, key)
    if key is not None and shown:
        yield key, Setup(edition, authorization=shown, key_place="api_key")
    model = made.argument(made.library.model)
    if model is not None and made.model and not made.library.sdk:
        yield model, Setup(edition, model=made.model)


def of_chat(source: Source, chat: Chat, edition: Edition) -> Iterator[Placed]:
    """Yield the model and the parameters of a call; what the file does not tell is left out."""
    if not chat.client.asks_cerebras:
        return
    given = arguments(chat.call)
    model = text_of(source, given.get("model"))
    if model:
        yield given["model"], Setup(edition, model=model)


def of_post(post: Post, edition: Edition) -> Iterator[Placed]:
    """Yield the path, the fields and the model of a request."""
    url = urlsplit(post.url)
    headers: Mapping[str, Any] = post.headers or {}
    sent = headers.get("authorization", "")
    shown = shown_field("authorization", sent) if redacted(sent) != sent else None
    yield (
        post.call,
        Setup(
            edition,
            base_url=f"{url.scheme}://{url.netloc}",
            method="POST",
            path=url.path,
            authorization=shown,
            model=post.model,
        ),
    )


def _shown(source: Source, key: ast.expr | None) -> str:
    """Return the field that a key written into the code makes, redacted; empty if it's no key."""
    text = text_of(source, key) if literal(source, key) else ""
    return shown_field("authorization", f"Bearer {text}") if redacted(text) != text else ""
