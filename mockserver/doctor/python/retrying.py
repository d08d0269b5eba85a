"""Finds retries around a client that retries by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mockserver.doctor.rules import explained

from .clients import Chat, arguments, is_open
from .matter import Matter, Noticed
from .source import FUNCTIONS, Source
from .values import known

_DEFAULT_RETRIES = 2
_RETRIED = frozenset(
    {
        *("Exception", "BaseException", "APIError", "APIStatusError", "APIConnectionError"),
        *("APITimeoutError", "RateLimitError", "InternalServerError", "OpenAIError"),
        "CerebrasError",
    }
)
"""Errors that the client raises only after its own retries, and their base classes."""
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def nested_retries(matter: Matter) -> Iterator[Noticed]:
    """Notice calls that a decorator or a loop retries although the client already retries."""
    for chat in matter.chats:
        if not chat.client.retries or chat.sets("max_retries"):
            continue
        outer = _decorator(matter.source, chat) or _loop(matter.source, chat)
        if outer:
            count = known(matter.source, chat.client.arguments.get("max_retries"))
            attempts = 1 + (count.value if count else _DEFAULT_RETRIES)
            yield (
                chat.call,
                explained("retries-around-retries", outer=outer, attempts=attempts),
            )


def _decorator(source: Source, chat: Chat) -> str:
    """Return the name of the decorator that retries the function around a chat call, or ""."""
    function = source.function(chat.call)
    if function is None or _caught_within(source, chat.call, function):
        return ""
    for one in function.decorator_list:
        name = source.full_name(one.func if isinstance(one, ast.Call) else one)
        if _retries(name, one):
            return f"@{name}"
    return ""


def _retries(name: str, decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call):
        return name == "tenacity.retry"
    given = arguments(decorator)
    if is_open(decorator):
        return False
    match name:
        case "tenacity.retry":
            return not _at_once(given.get("stop")) and _by_tenacity(given.get("retry"))
        case "backoff.on_exception":
            return len(decorator.args) > 1 and _retried(decorator.args[1])
        case "stamina.retry":
            return _retried(given.get("on"))
        case _:
            return False


def _by_tenacity(retry: ast.expr | None) -> bool:
    match retry:
        case None:
            return True
        case ast.Call(func=function, args=[errors]) if _last(function) == "retry_if_exception_type":
            return _retried(errors)
        case _:
            return False


def _at_once(stop: ast.expr | None) -> bool:
    match stop:
        case ast.Call(args=[ast.Constant(value=count)]):
            return count == 1
        case _:
            return False


def _retried(errors: ast.expr | None) -> bool:
    """Return whether the client retries after any of the given errors."""
    among = errors.elts if isinstance(errors, (ast.Tuple, ast.List)) else [errors]
    return any(_last(one) in _RETRIED for one in among if one is not None)


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _caught_within(source: Source, call: ast.Call, function: ast.AST) -> bool:
    """Return whether the function may catch an error of the call before the decorator sees it."""
    for one in source.above(call):
        if one is function:
            return False
        if isinstance(one, ast.Try) and any(not _raises(each.body) for each in one.handlers):
            return True
        if isinstance(one, ast.With | ast.AsyncWith):
            return True
    return False


def _raises(body: list[ast.stmt]) -> bool:
    match body[-1]:
        case ast.Raise(exc=None):
            return True
        case _:
            return False


def _loop(source: Source, chat: Chat) -> str:
    """Return "the loop around it" if a loop retries a call after a wait, or else ""."""
    attempt: ast.Try | None = None
    for one in source.above(chat.call):
        if isinstance(one, FUNCTIONS):
            return ""
        if isinstance(one, ast.Try):
            if attempt is not None:
                return ""
            attempt = one
        elif isinstance(one, _LOOPS):
            return "the loop around it" if attempt and _again(source, one, attempt, chat) else ""
    return ""


def _again(source: Source, loop: ast.AST, attempt: ast.Try, chat: Chat) -> bool:
    if isinstance(loop, ast.For):
        counted = isinstance(loop.iter, ast.Call) and _last(loop.iter.func) == "range"
        if not counted or not isinstance(loop.target, ast.Name) or _mentions(chat, loop.target.id):
            return False
    waits = any(_waits(source, each) for each in attempt.handlers if _tries_again(each))
    return waits and any(
        isinstance(one, (ast.Return, ast.Break)) for one in (*attempt.body, *attempt.orelse)
    )


def _mentions(chat: Chat, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(chat.call))


def _tries_again(handler: ast.ExceptHandler) -> bool:
    caught = handler.type is None or _retried(handler.type)
    return caught and not isinstance(handler.body[-1], (ast.Raise, ast.Return, ast.Break))


def _waits(source: Source, handler: ast.ExceptHandler) -> bool:
    calls = (one for one in ast.walk(handler) if isinstance(one, ast.Call))
    return any(source.full_name(one.func) in _SLEEPS for one in calls)
