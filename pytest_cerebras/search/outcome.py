"""The outcome of a test under a story, as plain data for the choice of the next stories."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["failed", "certain"]


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """
    Why a story fails. Two failures with the same cause are one bug.

    ``what`` is the type of an exception or the name of a rule. ``site`` is the line where it
    happens, in the app or in a package that the app uses. Different bugs may break the same
    assertion of the test, so ``after`` is the kind of trouble that led to a failed assertion.
    """

    what: str
    site: str
    after: str = ""

    @property
    def line(self) -> str:
        """The cause on one line."""
        at = f" at {self.site}" if self.site else ""
        return f"{self.what}{at}{f' after {self.after}' if self.after else ''}"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A failure in one run: its cause, a sentence about it, and a fix if there is one.

    ``is_assertion``: an assertion of the test failed; different bugs may break the same assertion.
    ``passed_on``: the app passed on an error of its client.
    """

    cause: Cause
    sentence: str
    fix: str = ""
    is_assertion: bool = False
    passed_on: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The properties of a request that the search compares.

    ``shape`` identifies the kind of request: its endpoint, model, stream, tools, number of messages
    and call site. ``attempt`` is the number of the attempt within its call. ``pause`` is the order
    of magnitude of the wait before the request. ``fault_classes`` has the classes of the faults
    that acted on the request. ``stream``: the request asks for a stream.
    """

    shape: Hashable
    site: str
    attempt: int
    pause: int = 0
    fault_classes: tuple[str, ...] = ()
    stream: bool = False

    @property
    def key(self) -> Hashable:
        """The properties that distinguish requests, without the faults that acted on them."""
        return self.shape, self.attempt, self.pause


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The outcome of a run.

    ``failures`` are the reasons why the story fails; without any, the test passed or ended in an
    allowed way. ``ended`` is the type of the exception that ended the test, empty if the test
    passed. ``escaped`` is an error of the client that the app passed on; it counts as a failure
    only if the app handles similar errors. ``absorbed``: the test passed although its last request
    failed. ``acted`` has the numbers of the requests whose fault reached the client.
    """

    requests: tuple[Seen, ...]
    failures: tuple[Failure, ...] = ()
    ended: str = ""
    escaped: Failure | None = None
    absorbed: bool = False
    acted: frozenset[int] = field(default_factory=frozenset[int])
    usable: bool = True

    @property
    def fails(self) -> bool:
        """Whether the story has broken the test."""
        return bool(self.failures)

    def told_apart(self, after: str) -> Outcome:
        """Return the outcome with ``after`` set in each failure of an assertion of the test."""
        failures = tuple(
            replace(one, cause=replace(one.cause, after=after)) if one.is_assertion else one
            for one in self.failures
        )
        return replace(self, failures=failures)

    @property
    def signature(self) -> Hashable:
        """The behavior of the app; runs with equal signatures leave the app in the same state."""
        causes = frozenset(one.cause for one in self.failures)
        return tuple(one.key for one in self.requests), self.ended, causes

    def has(self, cause: Cause) -> bool:
        """Return whether a failure or the escaped error of the run has a given cause."""
        failures = (*self.failures, *([self.escaped] if self.escaped else ()))
        return any(one.cause == cause for one in failures)
