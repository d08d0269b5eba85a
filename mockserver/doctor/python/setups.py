"""The set-ups in a file, which are looked up in the table of set-up mistakes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.core.credentials import redacted, shown_field
from mockserver.verdicts.mistakes import Client, Setup
from mockserver.verdicts.mistakes.misspelt import means_cerebras

from .clients import Chat, MadeClient, arguments
from .defaults import addresses, bare, named, option, spelled
from .matter import Matter
from .posts import Post
from .source import Source
from .values import known, literal, text_of

Placed: TypeAlias = tuple[ast.expr, Setup]
"""The node where a set-up is written, and the set-up."""
_RIGHT: Mapping[Client, str] = {
    "": "https://api.cerebras.ai/v1",
    "cerebras": "https://api.cerebras.ai",
    "openai": "https://api.cerebras.ai/v1",
}
"""The correct base URL for each kind of client, for set-ups in which another part is checked."""

_OTHER_ENDPOINTS: Mapping[str, str] = {
    "responses.create": "/v1/responses",
    "responses.parse": "/v1/responses",
    "responses.stream": "/v1/responses",
    "embeddings.create": "/v1/embeddings",
    "moderations.create": "/v1/moderations",
    "images.generate": "/v1/images/generations",
    "audio.transcriptions.create": "/v1/audio/transcriptions",
    "audio.speech.create": "/v1/audio/speech",
    "fine_tuning.jobs.create": "/v1/fine_tuning/jobs",
    "beta.assistants.create": "/v1/assistants",
    "beta.threads.create": "/v1/threads",
    "vector_stores.create": "/v1/vector_stores",
    "conversations.create": "/v1/conversations",
}
_MOST_NAMES = 4
_MOST_MODELS = 3
"""A file that names more models than this is a list to choose from."""


def of_file(matter: Matter) -> Iterator[Placed]:
    """Yield a set-up for each part that may be wrong in a file, with all other parts correct."""
    for made in matter.clients:
        yield from of_client(made, matter.edition)
    for chat in (one for one in matter.chats if one.client.asks_cerebras):
        yield from of_chat(matter.source, chat, matter.edition)
    yield from of_other_calls(matter)
    for post in matter.posts:
        yield from of_post(post, matter.edition)
    yield from of_defaults(matter.source, matter.edition)


def of_client(made: MadeClient, edition: Edition) -> Iterator[Placed]:
    """Yield up to three set-ups for a client: with its address, its API key and its model."""
    client = made.library.appends
    base_url = made.argument(made.library.base_url)
    if base_url is not None and (made.library.own or means_cerebras(made.base_url)):
        yield base_url, Setup(edition, client=client, base_url=made.base_url)
    if not made.asks_cerebras:
        return
    right = _RIGHT[client]
    key = made.argument(made.library.key)
    shown = _shown(made, key)
    if key is not None and shown:
        setup = Setup(
            edition, client=client, base_url=right, authorization=shown, key_place="api_key"
        )
        yield key, setup
    found = spelled(made.source, made.argument(made.library.model))
    if found and not made.library.sdk:
        model = found[1].removeprefix(made.library.prefix)
        yield found[0], Setup(edition, client=client, base_url=right, model=model)


def of_chat(source: Source, chat: Chat, edition: Edition) -> Iterator[Placed]:
    """Yield up to two set-ups for a call: with its model, and with all known parameters."""
    given = arguments(chat.call)
    client = chat.client.library.appends
    right = _RIGHT[client]
    found = spelled(source, option(source, chat.call, "model"))
    if found:
        yield found[0], Setup(edition, client=client, base_url=right, model=found[1])
    body = dict(_told(source, given))
    if body:
        yield chat.call, Setup(edition, client=client, base_url=right, body=body)


def of_other_calls(matter: Matter) -> Iterator[Placed]:
    """Yield the calls of endpoints that only OpenAI has, on clients that certainly use Cerebras."""
    made = {one.call: one for one in matter.clients if one.library.sdk and one.asks_cerebras}
    for call in matter.source.calls if made else ():
        names = list[str]()
        node = call.func
        while isinstance(node, ast.Attribute) and len(names) < _MOST_NAMES:
            names.insert(0, node.attr)
            node = node.value
            path = _OTHER_ENDPOINTS.get(".".join(names))
            client = matter.source.made_by(node) if path else None
            if path and client in made:
                appends = made[client].library.appends
                setup = Setup(matter.edition, appends, _RIGHT[appends], method="POST", path=path)
                yield call, setup


def of_post(post: Post, edition: Edition) -> Iterator[Placed]:
    """Yield up to four set-ups for a request: with its path, header fields, form and model."""
    url = urlsplit(post.url)
    host = f"{url.scheme}://{url.netloc}"
    yield post.call, Setup(edition, base_url=host, method="POST", path=url.path)
    if post.fields is not None:
        key = post.fields.get("authorization", "")
        fields = {name: shown_field(name, value or "") for name, value in post.fields.items()}
        setup = Setup(
            edition,
            base_url=_RIGHT[""],
            headers=fields,
            authorization=key and shown_field("authorization", key),
        )
        yield post.call, setup
    if post.as_form:
        form = {"content-type": "application/x-www-form-urlencoded"}
        yield post.call, Setup(edition, base_url=host, method="POST", path=url.path, headers=form)
    if post.model:
        node, name = post.model
        yield node, Setup(edition, base_url=_RIGHT[""], model=name)


def of_defaults(source: Source, edition: Edition) -> Iterator[Placed]:
    """Yield one set-up for each value that the file names as the model or address of this API."""
    for node, url in addresses(source):
        yield node, Setup(edition, base_url=url)
    ids = dict(named(source))
    if len(set(ids.values())) <= _MOST_MODELS:
        for node, name in ids.items():
            yield node, Setup(edition, base_url=_RIGHT[""], model=bare(name))


def _told(source: Source, given: Mapping[str, ast.expr]) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of a call with their values, if the code shows the values."""
    for name, node in given.items():
        try:
            yield name, ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            found = known(source, node)
            if found is not None and found.sure:
                yield name, found.value


def _shown(made: MadeClient, key: ast.expr | None) -> str:
    """
    Return the redacted header field for an API key in the code, or "" for an unknown key.

    If the code has no address, a word that is not a Cerebras key counts as unknown, because it may
    be meant for a self-hosted server.
    """
    if not literal(made.source, key):
        return ""
    text = text_of(made.source, key)
    sure = bool(made.base_url) or redacted(text) != text
    if not sure:
        return ""
    return shown_field("authorization", f"Bearer {text}") if text else "Bearer "
