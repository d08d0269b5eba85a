"""Records the side effects that app code or test doubles report."""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from mockserver.core.messages import Sender
from mockserver.journal.side_effects import SideEffect

_MOST = 10_000
P = ParamSpec("P")
T = TypeVar("T")


class SideEffects:
    """
    The last 10,000 side effects since the scenario began, in order, recorded from any thread.

    ``now`` returns seconds since the epoch, and ``sender`` returns the running thread or task.
    """

    def __init__(self, now: Callable[[], float], sender: Callable[[], Sender | None]) -> None:
        self._now = now
        self._sender = sender
        self._lock = threading.Lock()
        self._kept: deque[SideEffect] = deque(maxlen=_MOST)

    def record(self, name: str, /, **arguments: object) -> None:
        """
        Record that a tool ran, with its arguments.

        Arguments may have any type. Values that JSON can't represent are stored as their ``repr``,
        and long values are shortened.
        """
        self._note(name, arguments)

    def recording(self, function: Callable[P, T]) -> Callable[P, T]:
        """
        Wrap a plain or async function so that each of its runs is recorded.

        A record has the function's name and arguments, and whether it raised an exception.
        """
        name = getattr(function, "__name__", type(function).__name__)
        bind = _binder(function)
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def recorded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                with self._running(name, bind(args, kwargs)):
                    return await cast("Awaitable[Any]", function(*args, **kwargs))

            return cast("Callable[P, T]", recorded_async)

        @wraps(function)
        def recorded(*args: P.args, **kwargs: P.kwargs) -> T:
            with self._running(name, bind(args, kwargs)):
                return function(*args, **kwargs)

        return recorded

    @property
    def names(self) -> list[str]:
        """The names of the side effects, in order."""
        return [one.name for one in self]

    def clear(self) -> None:
        """Forget all side effects."""
        with self._lock:
            self._kept.clear()

    def __iter__(self) -> Iterator[SideEffect]:
        with self._lock:
            return iter(list(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def _running(self, name: str, arguments: Mapping[str, object]) -> Iterator[None]:
        begun = self._note(name, arguments)
        try:
            yield
        except BaseException:
            self._fail(begun)
            raise

    def _note(self, name: str, arguments: Mapping[str, object]) -> SideEffect:
        found = SideEffect.of(name, arguments, at=self._now(), sender=self._sender())
        with self._lock:
            self._kept.append(found)
        return found

    def _fail(self, begun: SideEffect) -> None:
        with self._lock:
            for at in range(len(self._kept) - 1, -1, -1):
                if self._kept[at] is begun:
                    self._kept[at] = replace(begun, failed=True)
                    return


def _binder(
    function: Callable[..., object],
) -> Callable[[tuple[object, ...], Mapping[str, object]], Mapping[str, object]]:
    """Return a function that finds the name of each argument of a call of ``function``."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # the function is written in C
        signature = inspect.Signature()

    def bind(args: tuple[object, ...], kwargs: Mapping[str, object]) -> Mapping[str, object]:
        try:
            bound = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return {**({"args": args} if args else {}), **kwargs}
        named: dict[str, object] = {}
        for name, value in bound.items():
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                named |= value
            elif name not in ("self", "cls"):
                named[name] = value
        return named

    return bind
