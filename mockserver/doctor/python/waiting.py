"""Finds calls that wait too long, and waits that block other tasks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mockserver.doctor.rules import explained

from .clients import arguments
from .matter import Matter, Noticed

_WORDS = ("timeout", "wait_for", "fail_after", "move_on_after", "time_limit")
"""A file with one of these words limits the time of its calls somewhere."""
_FOREVER = "without limit for an answer"


def no_timeouts(matter: Matter) -> Iterator[Noticed]:
    """Notice clients and calls that wait for an answer longer than any user would."""
    yield from _switched_off(matter)
    for post in matter.posts:
        if post.without_timeout:
            yield post.call, explained("no-timeout", library=post.library, waits=_FOREVER)
    if matter.source.says(*_WORDS):
        return
    called = [one.client for one in matter.chats if not one.sets("timeout")]
    for made in matter.clients:
        used = made in called or not made.library.sdk
        set_elsewhere = made.sets("http_client", "http_async_client", "max_retries")
        if made.is_ours and made.library.waits and used and not set_elsewhere:
            name = matter.source.full_name(made.call.func).rpartition(".")[2]
            yield made.call, explained("no-timeout", library=name, waits=made.library.waits)


def blocking_sleeps(matter: Matter) -> Iterator[Noticed]:
    """Notice ``time.sleep`` in the async function that calls the API."""
    source = matter.source
    asking = {source.function(one.call) for one in matter.chats}
    for call, name in source.named_calls:
        function = source.function(call) if name == "time.sleep" else None
        if isinstance(function, ast.AsyncFunctionDef) and function in asking:
            yield call, explained("sleep-blocks-loop")


def _switched_off(matter: Matter) -> Iterator[Noticed]:
    makers = [one.call for one in matter.clients if one.is_ours]
    askers = [one for chat in matter.chats for one in (chat.call, *chat.options)]
    for call in dict.fromkeys((*makers, *askers)):
        timeout = arguments(call).get("timeout")
        if isinstance(timeout, ast.Constant) and timeout.value is None:
            yield timeout, explained("no-timeout", library="timeout=None", waits=_FOREVER)
