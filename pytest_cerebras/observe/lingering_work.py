"""
Tells what was left over by an earlier test, and goes on in this one, from what this test causes.

To be older than the test is no proof: a pool, a loop or a worker that an app has kept does what
this test gives it. So what is older, and what it starts, is a stranger only where it goes on by
itself: as the test began it slept, or was inside of a call of an HTTP client. One that goes round
in a loop may look for work that this test has for it. It is a stranger only if an earlier test has
started it, and what it sends it has sent before. As soon as this test hands it something by a queue
or a condition, or waits for it, it is at work for this test; and so it is where nothing is known.
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
from weakref import WeakKeyDictionary, WeakSet, ref

import pytest

from mockserver.core.messages import Request, Sender

from .suspension import Suspension, loop_of, of_task, of_thread, waits_for

_MOST_ASKED = 64  # requests that are remembered of one
_EXECUTE = pytest.FixtureDef.execute.__code__
_OLDER = pytest.StashKey[Container[Thread]]()
Certainty: TypeAlias = Literal["", "repeated", "certain"]
"""Whether what it sends is left over: no, only what it has sent before, or all."""


@dataclass(eq=False, frozen=True, slots=True)
class Test:
    """A test, by its name."""

    name: str


class Job:
    """What a thread of a pool is at; ``thread`` is which, None as long as it waits for one."""

    thread: int | None = None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Actor:
    """
    What sends one request after the other, in this test and in later ones.

    ``began`` is the test that has started it, None when nobody knows, or when it is meant to
    outlive that. ``by`` is who has started it, and ``certainty`` what was known of that one then.
    ``asked`` has what it and its own have sent, each with the first test that saw it; ``handed``
    is the test that has given it work.
    """

    kind: str
    began: Test | None = None
    by: Callable[[], Actor | None] = lambda: None
    certainty: Certainty = ""
    asked: dict[bytes, Test] = field(default_factory=dict[bytes, Test])
    handed: Test | None = None

    def lineage(self) -> Iterator[Actor]:
        """Yield it, who has started it, and so on, as far as they still are there."""
        one: Actor | None = self
        while one is not None:
            yield one
            one = one.by()


# for all tests of the process: what is left over has to be known again
_lock = threading.RLock()
_actors: WeakKeyDictionary[object, Actor] = WeakKeyDictionary()
_jobs: dict[int, Job] = {}


def note_older(item: pytest.Item) -> None:
    """Note the threads that there are before a test is set up."""
    item.stash[_OLDER] = WeakSet(threading.enumerate())


def job_here() -> Job | None:
    """Return the job that this thread is at."""
    return _jobs.get(threading.get_ident())


def at_job(job: Job, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the work, and lets it be known which job that is."""

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
    """What is left over in one test; ``older`` are the threads that are older than it."""

    def __init__(self, name: str = "", older: Container[Thread] = ()) -> None:
        self._test = Test(name)
        self._older = older
        self._suspended: dict[Actor, Suspension] = {}
        self._queued: set[Actor] = set()
        self._callers: dict[str, tuple[Actor, Certainty]] = {}

    @classmethod
    def at(cls, item: pytest.Item) -> LingeringWork:
        """Return those of a test."""
        return cls(item.nodeid, item.stash.get(_OLDER, ()))

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Look at all that is older, and from now on at what it is given."""
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
            patch.setattr(Condition, "notify", self._telling(Condition.notify))
            patch.setattr(queue.Queue, "get", self._getting(queue.Queue.get))
            get_nowait = asyncio.Queue.get_nowait
            patch.setattr(asyncio.Queue, "get_nowait", self._getting(get_nowait))

    def end(self) -> None:
        """Let go of what was looked at."""
        self._suspended.clear()

    def born(self, who: object) -> None:
        """Note a thread, job or task that begins to exist, here and now."""
        creator = self._actor(_here())
        began = None if _is_for_more_tests() else self._test
        with _lock:
            _actors[who] = Actor(_kind(who), began, ref(creator), self._certainty(creator))

    def sends(self, who: object, name: str) -> None:
        """Note that a sender of this name is about to send, here and now."""
        actor = self._actor(who)
        self._callers[name] = actor, self._certainty(actor)

    def reason(self, request: Request) -> str:
        """Return why a request is none of this test's; empty when it is, or nobody knows."""
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
            return _told(self._origin(actor))
        return ""

    def reason_here(self) -> str:
        """Return why what would be sent here and now is none of this test's for certain."""
        actor = self._actor(_here())
        return _told(self._origin(actor)) if self._certainty(actor) == "certain" else ""

    def is_handed(self, sender: Sender | None) -> bool:
        """Return whether it has turned out that a sender is at work for this test."""
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
        """Yield an actor, and who has started it, up to the one that is left over."""
        for one in actor.lineage():
            yield one
            if self._is_lingering(one):
                return

    def _is_lingering(self, actor: Actor) -> bool:
        return actor in self._suspended or actor in self._queued

    def _origin(self, actor: Actor) -> Actor:
        """Return the one that is left over: it, or who has started it."""
        return next((one for one in self._own(actor) if self._is_lingering(one)), actor)

    def _has_asked(self, actor: Actor, asked: bytes) -> bool:
        """Whether what is left over has sent this in an earlier test."""
        return self._origin(actor).asked.get(asked, self._test) is not self._test

    def _is_strange(self, actor: Actor) -> bool:
        return any(map(self._is_lingering, self._own(actor))) and not self._has_been_handed(actor)

    def _telling(self, notify: Callable[..., None]) -> Callable[..., None]:
        def telling(condition: Any, n: int = 1) -> None:
            if condition._waiters:  # noqa: SLF001 (is anybody there?)
                self._meet(condition)
            notify(condition, n)

        return telling

    def _meet(self, condition: object) -> None:
        """Note who is at work for this test: who is told by it, and who tells it."""
        threads = threading.enumerate()
        # a thread that is just being started is not the current one yet
        here = next(each for each in threads if each.ident == threading.get_ident())
        teller = self._actor(_task_here() or job_here() or here)
        frames = sys._current_frames()  # noqa: SLF001 (there is no other way)
        for thread in threads:
            frame = frames.get(thread.ident or 0)
            if frame is not None and waits_for(condition, frame):
                waiter = self._actor(_at_work_in(thread, frame))
                ours, theirs = self._is_strange(teller), self._is_strange(waiter)
                if ours is not theirs:
                    self._hand(teller if ours else waiter)

    def _hand(self, actor: Actor) -> None:
        self._origin(actor).handed = self._test

    def _getting(self, get: Callable[..., Any]) -> Callable[..., Any]:
        def getting(*args: Any, **kwargs: Any) -> Any:
            found = get(*args, **kwargs)
            actor = self._actor(_here())
            if self._is_strange(actor):
                self._hand(actor)
            return found

        return getting


def _here() -> object:
    """Return what is at work here: a task, a job, or a thread."""
    return _task_here() or job_here() or threading.current_thread()


def _at_work_in(thread: Thread, frame: FrameType) -> object:
    """Return what is at work in another thread, whose innermost frame this is."""
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


def _told(actor: Actor) -> str:
    begun = f", begun in {actor.began.name}" if actor.began and actor.began.name else ""
    return f"from a {actor.kind} older than this test{begun}"


def _is_for_more_tests() -> bool:
    """Return whether this happens in a fixture that outlives the test."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 (the stack tells who has asked for it)
    while frame is not None and frame.f_code is not _EXECUTE:
        frame = frame.f_back
    return frame is not None and frame.f_locals["self"].scope != "function"
