"""A pair of twins: an app that makes a mistake, and the same app without it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Protocol

HERE = Path(__file__).parent
OWN_SCENARIOS = HERE / "scenarios"
TWINS = ("guilty", "fixed")
MODES = ("server", "respx")
CLOCKS = ("virtual", "real")


class Mock(Protocol):
    """What an app knows of the mock: where it is, and a key."""

    @property
    def url(self) -> str:
        """The base URL as the SDK of Cerebras wants it."""
        ...

    @property
    def openai_url(self) -> str:
        """The base URL with ``/v1``."""
        ...

    @property
    def status_url(self) -> str:
        """The URL of the status page."""
        ...

    @property
    def api_key(self) -> str:
        """A key that is accepted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """
    What the twins meet, and what the guilty one is guilty of.

    ``source`` is the public report that the app is written after, and ``package`` the release whose
    code does so, where there is one. ``scenario`` is one that is shipped, or the name of a file of
    ``scenarios`` beside this module. ``without`` names the modes and clocks in which the app can't
    exist, with the reason. ``time_scale`` is that of the real clock: it is larger where an app has
    to be faster than a limit fills again, on a busy machine too.
    """

    source: str
    scenario: str
    rule: str
    package: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    edition: str | None = None
    tier: str | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    time_scale: float = 0.01  # the minute of a limit is over in 0.6 s

    @property
    def file(self) -> str:
        """What to play: the path of the corpus' own scenario, or the shipped name."""
        own = OWN_SCENARIOS / f"{self.scenario}.yaml"
        return str(own) if own.exists() else self.scenario


@dataclass(frozen=True, slots=True)
class Told:
    """A pair with its name and its apps."""

    name: str
    pair: Pair
    module: ModuleType

    def twin(self, which: str) -> Callable[[Mock], object]:
        """Return the app that is ``guilty`` or ``fixed``."""
        app: Callable[[Mock], object] = getattr(self.module, which)
        return app


@cache
def pairs() -> tuple[Told, ...]:
    """Return all pairs, by name."""
    files = sorted((HERE / "pairs").glob("*/*.py"))
    return tuple(_load(path) for path in files)


def _load(path: Path) -> Told:
    family, name = path.parent.name, path.stem
    module = importlib.import_module(f"tests.corpus.pairs.{family}.{name}")
    return Told(f"{family}/{name}", module.PAIR, module)
