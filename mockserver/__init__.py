"""
A mock of the Cerebras inference API that breaks on command.

The core is pure: ``Engine.handle(request, now=...)`` returns what an edge then plays.
"""

from __future__ import annotations
