"""Answers with an error status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from mockserver.api import headers
from mockserver.api.problem import Problem
from mockserver.api.problems import PROBLEMS
from mockserver.errors import suggestion
from mockserver.plan import Plan
from mockserver.quantities import Seconds, decimal

from .base import Context


def _known(name: str) -> str:
    if name not in PROBLEMS:
        raise ValueError(f"no problem has this name{suggestion(name, PROBLEMS)}")
    return name


ProblemName = Annotated[
    str, AfterValidator(_known), Field(json_schema_extra={"enum": list(PROBLEMS)})
]
_FRAMING = ("content-length", "transfer-encoding")
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_UNNAMED = Problem(500, "Injected by the scenario.", "server_error", "", "")
Status = Annotated[int, Field(ge=200, le=599)]


@dataclass(frozen=True, slots=True)
class Error:
    """
    Answer with an error of the API instead: a ``problem`` of the catalogue, or any ``status``.

    The other keys change what the catalogue says. ``retry_after`` becomes the header, in seconds:
    the real API sends whole ones, most clients understand fractions.
    """

    problem: ProblemName | None = None
    status: Status | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | None = None
    retry_after: Seconds | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    __pydantic_config__ = {  # noqa: RUF012 (pydantic reads it, dataclasses don't)
        "extra": "forbid",
        "json_schema_extra": {"anyOf": [{"required": ["problem"]}, {"required": ["status"]}]},
    }

    def __post_init__(self) -> None:
        if self.problem is None and self.status is None:
            raise ValueError("names neither a problem nor a status")
        for name, value in self.headers.items():
            if name.lower() in _FRAMING:
                raise ValueError(f"the header {name!r} is the mock's own: it frames the body")
            if not _TOKEN.fullmatch(name) or not value.isprintable():
                raise ValueError(f"{name!r}: {value!r} is not a header field (RFC 9110, 5.1)")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the whole plan."""
        problem = self._problem()
        fields = headers.edge(
            context.headers, problem.content_type, now=context.now, random=context.random
        )
        if self.retry_after is not None:
            fields += (("retry-after", decimal(self.retry_after)),)
        fields += tuple((name.lower(), value) for name, value in self.headers.items())
        return problem.plan(context.facts, fields)

    def _problem(self) -> Problem:
        base = PROBLEMS.get(self.problem or "", _UNNAMED)
        named = ("status", "message", "type", "param", "code")
        changes: dict[str, Any] = {name: getattr(self, name) for name in named}
        return replace(base, **{name: it for name, it in changes.items() if it is not None})
