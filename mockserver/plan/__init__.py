"""An answer as a value: every byte, pause and close that the client will see."""

from __future__ import annotations

from .steps import (
    Close,
    Data,
    End,
    EventRun,
    Head,
    Headers,
    Plan,
    Raw,
    SingleStep,
    Step,
    Wait,
    changed_after,
    coalesce,
    duration_of,
    expand,
    head_of,
    tokens_of,
    waits_of,
    without_body,
)

__all__ = [
    "Close",
    "Data",
    "End",
    "EventRun",
    "Head",
    "Headers",
    "Plan",
    "Raw",
    "SingleStep",
    "Step",
    "Wait",
    "changed_after",
    "coalesce",
    "duration_of",
    "expand",
    "head_of",
    "tokens_of",
    "waits_of",
    "without_body",
]
