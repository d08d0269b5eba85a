"""What a run of a test under a story showed: plain values, which the choice of stories reads."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["failed", "certain"]


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """
    Why a story fails: two failures with the same cause are one bug.

    ``what`` is the type of an exception or the name of a rule, and ``site`` the line of the app, or
    of the package that it uses, where it happens. ``after`` tells failures of one assertion of the
    test apart: by the kind of trouble that led there.
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
    A cause as one run showed it, in a sentence, with a fix if there is one.

    ``is_assertion`` says that it is an assertion of the test, which many bugs may break.
    ``passed_on`` says that it is an error of the client that the app has passed on.
    """

    cause: Cause
    sentence: str
    fix: str = ""
    is_assertion: bool = False
    passed_on: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A request that the test sent, as far as the search compares it.

    ``shape`` stands for the kind of request: its endpoint, model, stream, tools, number of messages
    and call site. ``attempt`` counts the attempts of a call. ``pause`` is the order of magnitude of
    the wait before it. ``fault_classes`` are those that it met. ``stream`` says whether it
    asks for a stream.
    """

    shape: Hashable
    site: str
    attempt: int
    pause: int = 0
    fault_classes: tuple[str, ...] = ()
    stream: bool = False

    @property
    def key(self) -> Hashable:
        """What distinguishes the request from others: not the fault that it met."""
        return self.shape, self.attempt, self.pause


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The result of a run.

    ``failures`` are the reasons why the story fails; without any, the test passed or ended in an
    allowed way. ``ended`` is the type of the exception that ended the test, empty if it passed.
    ``escaped`` is the failure that the exception is if the app turns out to handle such errors
    elsewhere. ``absorbed`` says that the test passed although its last request failed. ``acted``
    has the numbers of the requests whose fault reached the client.
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
        """Return the outcome with failures of the test's own assertions told apart by a word."""
        failures = tuple(
            replace(one, cause=replace(one.cause, after=after)) if one.is_assertion else one
            for one in self.failures
        )
        return replace(self, failures=failures)

    @property
    def signature(self) -> Hashable:
        """What the run showed of the app: stories with equal signatures lead to the same place."""
        causes = frozenset(one.cause for one in self.failures)
        return tuple(one.key for one in self.requests), self.ended, causes

    def has(self, cause: Cause) -> bool:
        """Return whether the run failed for a certain cause, or an error of that cause escaped."""
        failures = (*self.failures, *([self.escaped] if self.escaped else ()))
        return any(one.cause == cause for one in failures)
