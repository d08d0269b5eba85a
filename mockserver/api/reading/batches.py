"""
Batches: files of requests, answered in the background.

The API documents that batches can be created, listed, retrieved and cancelled, but not what the
answers look like. Here the answers follow the OpenAI API. The progress of a batch depends on time
alone: one second of validating, a tenth of a second for each line, one second of finalizing.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError
from typing_extensions import TypedDict  # pydantic needs this TypedDict before Python 3.12

from mockserver.api.contract.endpoints import BatchRequest, Url
from mockserver.core.adapters import adapter
from mockserver.core.seeding import HexStream

from .validation import refusal

VALIDATING = FINALIZING = CANCELLING = 1.0  # s
PER_LINE = 0.1  # s
DAY = 86_400.0  # s, the completion window
_TICK = 1e-6  # s, a tolerance, so that the rounding of floats does not delay an answer

Status: TypeAlias = Literal[
    "validating", "failed", "in_progress", "finalizing", "completed", "cancelling", "cancelled"
]
_STAMPS = (
    *("created_at", "in_progress_at", "expires_at", "finalizing_at", "completed_at"),
    *("failed_at", "expired_at", "cancelling_at", "cancelled_at"),
)


class BatchLine(TypedDict):
    """One line of the input file."""

    custom_id: str
    method: Literal["POST"]
    url: Url
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch; ``body`` is JSON."""

    custom_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the output file, or of the error file if the request was refused."""

    line: bytes
    refused: bool


@dataclass(slots=True, eq=False)
class Batch:
    """
    One batch; times are in seconds since the epoch.

    ``faults`` are errors in the input; a batch with such errors fails. ``outcomes`` has the
    outcomes of the lines answered so far. ``cancelled`` is the time at which a client cancelled the
    batch.
    """

    id: str
    request: BatchRequest
    created: float
    lines: tuple[Line, ...] = ()
    faults: tuple[dict[str, Any], ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    output_file_id: str | None = None
    error_file_id: str | None = None
    cancelled: float | None = None
    settled: bool = False

    def status(self, now: float) -> Status:
        """Return the status at the time ``now``."""
        return self._reached(now)[-1][0]

    def is_over(self, now: float) -> bool:
        """Return whether the status is final."""
        return self.status(now) in ("failed", "completed", "cancelled")

    @property
    def ended_at(self) -> float:
        """The time at which the batch reaches its final status."""
        return self._reached(math.inf)[-1][1]

    def answered(self, now: float) -> int:
        """Return how many lines are answered by the time ``now``."""
        if self.faults:
            return 0
        until = now if self.cancelled is None else min(now, self.cancelled)
        working = until - self.created - VALIDATING
        return max(0, min(len(self.lines), int((working + _TICK) / PER_LINE)))

    def answered_at(self, line: int) -> float:
        """Return the time at which a line is answered; the first line has the number 0."""
        return self.created + VALIDATING + (line + 1) * PER_LINE

    def document(self, now: float) -> dict[str, Any]:
        """Return the batch as JSON."""
        times = {f"{status}_at": int(at) for status, at in self._reached(now)}
        times["created_at"] = int(self.created)
        times["expires_at"] = int(self.created + DAY)
        errors = {"object": "list", "data": list(self.faults)}
        refused = sum(outcome.refused for outcome in self.outcomes)
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.request["endpoint"],
            "errors": errors if self.status(now) == "failed" else None,
            "input_file_id": self.request["input_file_id"],
            "completion_window": self.request["completion_window"],
            "status": self.status(now),
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            **{name: times.get(name) for name in _STAMPS},
            "request_counts": {
                "total": len(self.lines),
                "completed": len(self.outcomes) - refused,
                "failed": refused,
            },
            "metadata": self.request.get("metadata"),
        }

    def _reached(self, now: float) -> list[tuple[Status, float]]:
        """Return each status that the batch has had so far, with the time at which it began."""
        begun = self.created + VALIDATING
        done = begun + len(self.lines) * PER_LINE
        stages: list[tuple[Status, float]] = [("validating", self.created)]
        if self.faults:
            stages.append(("failed", begun))
        else:
            stages += [("in_progress", begun), ("finalizing", done)]
            stages.append(("completed", done + FINALIZING))
        if self.cancelled is not None:
            stages = [stage for stage in stages if stage[1] <= self.cancelled]
            stages.append(("cancelling", self.cancelled))
            stages.append(("cancelled", self.cancelled + CANCELLING))
        return [stages[0], *(stage for stage in stages[1:] if stage[1] <= now + _TICK)]


def new_id(random: HexStream) -> str:
    """Return the id of a new batch."""
    return f"batch_{random.draw(24)}"


def read_lines(content: bytes, url: Url) -> tuple[tuple[Line, ...], tuple[dict[str, Any], ...]]:
    """Return the requests and the errors in an input file."""
    lines: dict[str, Line] = {}
    faults = []
    for number, text in enumerate(content.splitlines(), 1):
        if not text.strip():
            continue
        try:
            line: BatchLine = adapter(BatchLine).validate_json(text)
        except ValidationError as error:
            faults.append(_fault("invalid_line", str(refusal(error).facts["reason"]), number))
            continue
        if line["url"] != url:
            faults.append(_fault("wrong_url", f"url: Input should be '{url}'", number))
        if line["custom_id"] in lines:
            faults.append(_fault("duplicate_custom_id", "custom_id: Value is not unique", number))
        lines[line["custom_id"]] = Line(line["custom_id"], json.dumps(line["body"]).encode())
    if not lines and not faults:
        faults.append(_fault("empty_file", "The file has no requests", None))
    return tuple(lines.values()), tuple(faults)


def _fault(code: str, message: str, line: int | None) -> dict[str, Any]:
    return {"code": code, "line": line, "message": message, "param": None}
