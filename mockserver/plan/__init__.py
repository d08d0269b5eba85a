"""An answer as a value: every byte, pause and close that the client will see."""

from __future__ import annotations

from .steps import (
    Close,
    Compact,
    Data,
    End,
    Events,
    Head,
    Headers,
    Plan,
    Raw,
    Step,
    Wait,
    apart,
    changed_after,
    coalesce,
    duration_of,
    head_of,
    tokens_of,
    without_body,
)

__all__ = [
    "Close",
    "Compact",
    "Data",
    "End",
    "Events",
    "Head",
    "Headers",
    "Plan",
    "Raw",
    "Step",
    "Wait",
    "apart",
    "changed_after",
    "coalesce",
    "duration_of",
    "head_of",
    "tokens_of",
    "without_body",
]
