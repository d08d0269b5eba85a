"""The table of kinds."""

from __future__ import annotations

from . import engine, fixture, idle, imports, memory, paced, startup, throughput, whole_runs
from .figures import Kind

KINDS: tuple[Kind, ...] = (
    *throughput.KINDS,
    *paced.KINDS,
    *idle.KINDS,
    *startup.KINDS,
    *fixture.KINDS,
    *imports.KINDS,
    *whole_runs.KINDS,
    *engine.KINDS,
    *memory.KINDS,
)
