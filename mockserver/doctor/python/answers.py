"""Rules about how code handles an answer, or an error instead of an answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mockserver.doctor.rules import explained

from .clients import Chat, arguments, is_open
from .matter import Matter, Noticed
from .source import Source
from .values import known, text_of

_LIMITS = ("max_tokens", "max_completion_tokens")
_SHORT = 32
"""A call with at most this token limit expects hardly more than a word."""


def cut_answers(matter: Matter) -> Iterator[Noticed]:
    """Notice calls with a token limit, in a file that never reads a finish reason."""
    if matter.source.says("finish_reason"):
        return
    for chat in matter.chats:
        limit = _limit(matter.source, chat)
        if limit > _SHORT and _text_is_returned(matter.source, chat):
            yield chat.call, explained("finish-reason-unread", limit=limit)


def unlimited_answers(matter: Matter) -> Iterator[Noticed]:
    """Notice calls that set no token limit for a model with a low default limit."""
    for chat in matter.chats:
        name = text_of(matter.source, arguments(chat.call).get("model"))
        model = matter.edition.served(name)
        if model and model.default_output and not chat.sets(*_LIMITS, "extra_body"):
            yield (
                chat.call,
                explained("no-token-limit", model=name, limit=model.default_output),
            )


def swallowed_errors(matter: Matter) -> Iterator[Noticed]:
    """Notice errors of any kind that silently become an empty answer."""
    for chat in matter.chats:
        attempt = _attempt(matter.source, chat.call)
        for handler in attempt.handlers if attempt else ():
            if _catches_all(handler) and _is_empty_answer(handler.body):
                yield handler.body[0], explained("error-swallowed")


def _limit(source: Source, chat: Chat) -> int:
    given = arguments(chat.call)
    if is_open(chat.call) or given.get("stream") is not None or given.get("tools") is not None:
        return 0
    found = next((known(source, given[name]) for name in _LIMITS if name in given), None)
    return found.value if found and found.sure and isinstance(found.value, int) else 0


def _text_is_returned(source: Source, chat: Chat) -> bool:
    """Return whether a function returns the text, and never passes on the whole answer."""
    function = source.function(chat.call)
    outer = source.parents[chat.call]
    outer = source.parents[outer] if isinstance(outer, ast.Await) else outer
    if function is None:
        return False
    if not isinstance(outer, ast.Assign):
        return isinstance(outer, ast.Attribute) and _is_returned(source, outer)
    match outer.targets:
        case [ast.Name(id=name)]:
            pass
        case _:
            return False
    reads = [
        one
        for one in ast.walk(function)
        if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load)
    ]
    parents = [source.parents[one] for one in reads]
    whole = any(not isinstance(one, ast.Attribute) for one in parents)
    return not whole and any(_is_returned(source, one) for one in parents)


def _is_returned(source: Source, node: ast.AST) -> bool:
    """Return whether a node is part of ``return answer.choices[0].message.content``."""
    content = False
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        content = content or (isinstance(node, ast.Attribute) and node.attr == "content")
        node = source.parents[node]
    if not content:
        return False
    while isinstance(node, (ast.Attribute, ast.Call, ast.BoolOp)):  # .strip(), or ""
        node = source.parents[node]
    return isinstance(node, ast.Return)


def _attempt(source: Source, call: ast.Call) -> ast.Try | None:
    """Return the nearest ``try`` whose handlers may catch an error of a call."""
    below: ast.AST = call
    for one in source.above(call):
        if isinstance(one, ast.Try) and below in one.body:
            return one
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Try)):
            return None
        below = one
    return None


def _catches_all(handler: ast.ExceptHandler) -> bool:
    match handler.type:
        case None | ast.Name(id="Exception" | "BaseException"):
            return True
        case _:
            return False


def _is_empty_answer(body: list[ast.stmt]) -> bool:
    match body:
        case [ast.Return(value=ast.Constant(value=""))]:
            return True
        case _:
            return False
