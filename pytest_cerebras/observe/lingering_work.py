"""
Separates the requests of the current test from the requests of work left over from an earlier test.

A test must not be judged for the requests of a thread that an earlier test left running. Such work
is said to linger. Age alone proves nothing, because an older pool, event loop or worker thread of
the app may do work that the current test gives it. These are the rules:

- Older work lingers only if it resumes on its own: when the test began, the work slept, was queued
  in a pool, or was inside a call of an HTTP client. Work started by lingering work lingers as well.
- Work that sleeps in a loop may look for jobs from the current test. It lingers only if an earlier
  test started it. Even then, only requests that it already sent in an earlier test are separated.
- The current test may give input to lingering work through a queue or a condition, or wait for the
  work. From then on, the work belongs to the current test and no longer lingers.
- If in doubt, a request belongs to the current test.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from asyncio import Task
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Condition, Thread, Timer
from types import FrameType
from typing import Any, Literal, TypeAlias
from weakref import WeakKeyDictionary, ref

import pytest

from mockserver.core.messages import Request, Sender

from .stack import outwards
from .suspension import Suspension, loop_of, of_task, of_thread, waits_for

_MOST_ASKED = 64  # requests that are remembered for each actor
_EXECUTE = pytest.FixtureDef.execute.__code__
Certainty: TypeAlias = Literal["", "repeated", "certain"]
"""Which requests of an actor belong to an earlier test: none, repeated ones, or all."""


@dataclass(eq=False, frozen=True, slots=True)
class Test:
    """A test. Tests are compared by identity, because several may have the same name."""

    name: str


class Job:
    """A job of a pool; ``thread`` is the ident of its thread, None while the job is queued."""

    thread: int | None = None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Actor:
    """
    A thread, task or job that may send requests in the current test and in later tests.

    ``began`` is the test that started the actor; None if the test is unknown, or if the actor is
    meant to outlive the test. ``by`` returns the parent: the actor that started this one.
    ``certainty`` is the ``Certainty`` that held for the parent when it started this actor.
    ``asked`` has digests of the requests that the actor and its descendants sent, each with the
    first test in which it was sent.
    ``handed`` is the last test that gave work to the actor.
    """

    kind: str
    began: Test | None = None
    by: Callable[[], Actor | None] = lambda: None
    certainty: Certainty = ""
    asked: dict[bytes, Test] = field(default_factory=dict[bytes, Test])
    handed: Test | None = None

    def lineage(self) -> Iterator[Actor]:
        """Yield the actor and its ancestors, up to the first ancestor that no longer exists."""
        one: Actor | None = self
        while one is not None:
            yield one
            one = one.by()


# these are kept for the whole process, to recognize the actors of earlier tests
_lock = threading.RLock()
_actors: WeakKeyDictionary[object, Actor] = WeakKeyDictionary()
_jobs: dict[int, Job] = {}


def job_here() -> Job | None:
    """Return the job that this thread runs."""
    return _jobs.get(threading.get_ident())


def at_job(job: Job, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the work while the job is registered for the thread."""

    def at_work(*args: Any, **kwargs: Any) -> Any:
        job.thread = threading.get_ident()
        outer, _jobs[job.thread] = _jobs.get(job.thread), job
        try:
            return work(*args, **kwargs)
        finally:
            if outer is None:
                del _jobs[job.thread]
            else:
                _jobs[job.thread] = outer

    return at_work


class LingeringWork:
    """
    The lingering work in one test.

    ``older`` has the threads that were started before the test.
    """

    def __init__(self, name: str = "", older: Container[Thread] = ()) -> None:
        self._test = Test(name)
        self._older = older
        self._suspended: dict[Actor, Suspension] = {}
        self._queued: set[Actor] = set()
        self._callers: dict[str, tuple[Actor, Certainty]] = {}

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Inspect all older work, and watch from now on whether this test gives it input."""
        frames = sys._current_frames()  # noqa: SLF001 (there is no other way)
        for thread in threading.enumerate():
            job = _jobs.get(thread.ident or 0)
            actor = _actors.get(job or thread)
            known = thread in self._older or (actor is not None and actor.began is not None)
            frame = frames.get(thread.ident or 0)
            if known and frame is not None and thread is not threading.current_thread():
                suspension = of_thread(frame, at_job=job is not None)
                self._consider(actor or self._actor(job or thread), suspension)
        for one, actor in list(_actors.items()):
            if isinstance(one, Task) and not one.done():
                self._consider(actor, of_task(one.get_coro()))
            elif isinstance(one, Job) and one.thread is None:
                self._queued.add(actor)
        if self._suspended or self._queued:
            patch.setattr(Condition, "notify", self._notifying(Condition.notify))
            patch.setattr(queue.Queue, "get", self._getting(queue.Queue.get))
            get_nowait = asyncio.Queue.get_nowait
            patch.setattr(asyncio.Queue, "get_nowait", self._getting(get_nowait))

    def end(self) -> None:
        """Forget the suspended work, because it keeps frames alive."""
        self._suspended.clear()

    def born(self, who: object) -> None:
        """Record a thread, job or task that the running code starts."""
        creator = self._actor(_here())
        began = None if _is_for_more_tests() else self._test
        with _lock:
            _actors[who] = Actor(_kind(who), began, ref(creator), self._certainty(creator))

    def sends(self, who: object, name: str) -> None:
        """Record that the caller with this name is about to send a request."""
        actor = self._actor(who)
        self._callers[name] = actor, self._certainty(actor)

    def reason(self, request: Request) -> str:
        """
        Return why a request does not belong to this test.

        The result is empty if the request belongs to this test, or may belong to it.
        """
        found = self._callers.get(request.sender.name) if request.sender else None
        if found is None:
            return ""
        actor, certainty = found
        asked = blake2b(f"{request.method} {request.path}\n".encode() + request.body).digest()
        repeated = self._has_asked(actor, asked)
        for one in actor.lineage():
            if len(one.asked) < _MOST_ASKED:
                one.asked.setdefault(asked, self._test)
        if certainty == "certain" or (certainty == "repeated" and repeated):
            return _description(self._origin(actor))
        return ""

    def reason_here(self) -> str:
        """Return why the running code does not belong to this test; empty if it may belong."""
        actor = self._actor(_here())
        return _description(self._origin(actor)) if self._certainty(actor) == "certain" else ""

    def is_handed(self, sender: Sender | None) -> bool:
        """Return whether this test has given work to a sender."""
        found = self._callers.get(sender.name) if sender else None
        return found is not None and self._has_been_handed(found[0])

    def _consider(self, actor: Actor, suspension: Suspension) -> None:
        if suspension.resumes_alone:
            self._suspended[actor] = suspension

    def _actor(self, who: object) -> Actor:
        with _lock:
            return _actors.setdefault(who, Actor(_kind(who)))

    def _certainty(self, actor: Actor) -> Certainty:
        if not (self._suspended or self._queued) or self._has_been_handed(actor):
            return ""
        if actor in self._queued:
            return "certain"
        suspension = self._suspended.get(actor)
        if suspension is None:
            return actor.certainty if actor.began is self._test else ""
        if suspension.is_in_call() or not suspension.in_loop:
            return "certain"
        return "repeated" if suspension.asleep and actor.began is not None else ""

    def _has_been_handed(self, actor: Actor) -> bool:
        return any(one.handed is self._test for one in self._own(actor))

    def _own(self, actor: Actor) -> Iterator[Actor]:
        """Yield an actor and its ancestors, up to the first lingering one."""
        for one in actor.lineage():
            yield one
            if self._is_lingering(one):
                return

    def _is_lingering(self, actor: Actor) -> bool:
        return actor in self._suspended or actor in self._queued

    def _origin(self, actor: Actor) -> Actor:
        """Return the nearest lingering actor in the lineage; the actor itself if none lingers."""
        return next((one for one in self._own(actor) if self._is_lingering(one)), actor)

    def _has_asked(self, actor: Actor, asked: bytes) -> bool:
        """Return whether the ``_origin`` of an actor has sent this request in an earlier test."""
        return self._origin(actor).asked.get(asked, self._test) is not self._test

    def _is_stray(self, actor: Actor) -> bool:
        return any(map(self._is_lingering, self._own(actor))) and not self._has_been_handed(actor)

    def _notifying(self, notify: Callable[..., None]) -> Callable[..., None]:
        def notifying(condition: Any, n: int = 1) -> None:
            if condition._waiters:  # noqa: SLF001 (nothing to do if no thread waits)
                self._meet(condition)
            notify(condition, n)

        return notifying

    def _meet(self, condition: object) -> None:
        """
        Count lingering work as the test's if it notifies the test's own work, or is notified by it.

        Nothing changes if both sides linger, or if neither does.
        """
        threads = threading.enumerate()
        # threading.current_thread() is wrong here in a thread that is just being started
        here = next(each for each in threads if each.ident == threading.get_ident())
        notifier = self._actor(_task_here() or job_here() or here)
        frames = sys._current_frames()  # noqa: SLF001 (there is no other way)
        for thread in threads:
            frame = frames.get(thread.ident or 0)
            if frame is not None and waits_for(condition, frame):
                waiter = self._actor(_at_work_in(thread, frame))
                notifies, waits = self._is_stray(notifier), self._is_stray(waiter)
                if notifies is not waits:
                    self._hand(notifier if notifies else waiter)

    def _hand(self, actor: Actor) -> None:
        self._origin(actor).handed = self._test

    def _getting(self, get: Callable[..., Any]) -> Callable[..., Any]:
        def getting(*args: Any, **kwargs: Any) -> Any:
            found = get(*args, **kwargs)
            actor = self._actor(_here())
            if self._is_stray(actor):
                self._hand(actor)
            return found

        return getting


def _here() -> object:
    """Return the running task, job or thread."""
    return _task_here() or job_here() or threading.current_thread()


def _at_work_in(thread: Thread, frame: FrameType) -> object:
    """Return the task, job or thread that runs in ``thread``, whose innermost frame is given."""
    loop = loop_of(frame)
    task = asyncio.current_task(loop) if loop is not None else None
    return task or _jobs.get(thread.ident or 0) or thread


def _task_here() -> Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _kind(who: object) -> str:
    kinds = ((Timer, "timer"), (Job, "job"), (Thread, "thread"))
    return next((kind for type_, kind in kinds if isinstance(who, type_)), "task")


def _description(actor: Actor) -> str:
    begun = f", begun in {actor.began.name}" if actor.began and actor.began.name else ""
    return f"from a {actor.kind} older than this test{begun}"


def _is_for_more_tests() -> bool:
    """Return whether the running code was called by a fixture that outlives the test."""
    frames = outwards(sys._getframe())  # noqa: SLF001 (the fixture is on the stack)
    frame = next((one for one in frames if one.f_code is _EXECUTE), None)
    return frame is not None and frame.f_locals["self"].scope != "function"
