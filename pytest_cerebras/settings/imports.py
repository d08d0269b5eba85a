"""Imports large parts of the package faster."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """
    Switch off garbage collection during the block, and restore it afterwards.

    Imports create many lasting objects, which the collector would inspect repeatedly.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
