"""Whether memory stays where it is while requests go by, by default a fifth of a million."""

from __future__ import annotations

from .contenders import missing, named
from .figures import Found, Kind, Setting
from .load import Load
from .machine import ON_LINUX, memory
from .questions import PLAIN

_SETTLED = 0.25  # of all requests, and at least what the journal keeps
_LONG = 3600.0


def measure(name: str, setting: Setting) -> Found:
    """Return the memory after all requests, in parts of that after the first quarter."""
    scale = setting.scale
    with (
        named(name).running(setting.server_core) as server,
        Load(server.port, PLAIN.messages(), scale.connections) as load,
    ):
        load.run(_LONG, scale.requests * _SETTLED)
        settled = memory(server.process)
        found = load.run(_LONG, scale.requests * (1 - _SETTLED))
        grown = memory(server.process)
    return Found({"growth": grown / settled, "memory": grown / 1e6}, found.cpu, found.errors)


KINDS = (
    Kind(
        "memory",
        "memory after many requests, in parts of that after the first quarter of them",
        {"growth": "times", "memory": "MB"},
        ["ours", "ours+speed", "aimock"] if ON_LINUX else [],
        measure,
        missing=missing,
    ),
)
