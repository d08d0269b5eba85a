"""Settings, by precedence: marker, command line, environment, ini file, default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pytest

from .imports import fast_imports
from .names import MARKER, OPTIONS, parameters_of, scenario_of
from .package_check import require_own_package
from .sources import given, strictness

if TYPE_CHECKING:
    from mockserver.edge.budget import Budget
    from mockserver.edge.live import Overrides
    from mockserver.journal import Retention
    from mockserver.scenario import Scenario

PLAYED = pytest.StashKey["Scenario"]()
"""The scenario that a run of a test plays instead of the one in the settings."""
REWRITTEN = pytest.StashKey["Callable[[Scenario], Scenario]"]()
"""Rewrites each scenario that a run of a test plays. Verdicts don't fail that run."""

_NAMES = tuple(name for name, *_ in OPTIONS)
T = TypeVar("T")


class _Kind(NamedTuple):
    """
    The values that a setting accepts. ``name`` describes them in error messages.

    Options are converted to the first type. Numbers must be from ``least`` to ``most``. Strings
    must be one of ``choices``, if there are any.
    """

    types: tuple[type, ...]
    name: str
    least: float = -inf
    most: float = inf
    choices: tuple[str, ...] = ()

    def accepts(self, value: Any) -> bool:
        """Return whether a value of the first type is in the range, or is one of the choices."""
        if isinstance(value, (int, float)):
            return self.least <= value <= self.most
        return not self.choices or value in self.choices


# the largest values keep the clock within the range of datetime
_KINDS: Mapping[str, _Kind] = {
    "scenario": _Kind((str, Path), "string or path"),
    "edition": _Kind((str, Path), "string or path"),
    "tier": _Kind((str,), "string"),
    "seed": _Kind((int,), "whole number"),
    "mode": _Kind((str,), "string", choices=("server", "respx", "redirect")),
    "others": _Kind((str,), "string", choices=("pass", "block")),
    "clock": _Kind((str,), "string", choices=("real", "virtual")),
    "max_virtual": _Kind((int,), "whole number of seconds from 1 to 3153600000", 1, 3_153_600_000),
    "journal": _Kind((int,), "whole number above 0", 1),
    "stall": _Kind((float, int), "number of seconds from 0.01 to 86400", 0.01, 86_400),
    "max_requests": _Kind((int,), "whole number above 0", 1),
    "budget": _Kind((float, int), "number of dollars from 0 to 1000000", 0, 1_000_000),
    "time_scale": _Kind((float, int), "number from 0.000001 to 1", 1e-6, 1),
    "parameters": _Kind((dict,), "dictionary"),
    "verdicts": _Kind((dict,), "dictionary such as {'ignore': ['hot-retry']}"),
    "allow_unmet": _Kind((bool,), "boolean"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """
    The settings of a test; a setting of None leaves the choice to the scenario.

    ``strict`` selects the verdicts that fail the test: ``certain``, ``all``, or None. ``ignored``
    verdicts never fail it. With ``allow_unmet``, the test may pass although the scenario did not
    act. ``played`` takes precedence over the name in ``scenario``. ``rewrite`` changes each
    scenario that the test plays.
    """

    scenario: str = "healthy"
    edition: str | None = None
    tier: str | None = None
    seed: int | None = None
    mode: str = "server"
    others: str = "pass"
    clock: str = "real"
    journal: int | None = None
    stall: float | None = None
    max_requests: int | None = None
    budget: float | None = None
    time_scale: float | None = None
    max_virtual: int | None = None
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    strict: str | None = None
    ignored: tuple[str, ...] = ()
    allow_unmet: bool = False
    played: Scenario | None = None
    rewrite: Callable[[Scenario], Scenario] | None = None

    def loaded(self) -> Scenario:
        """Return the scenario. Raises MockServerError."""
        from mockserver.scenario import load

        return self.played or load(self.scenario, self.parameters)

    def as_played(self, scenario: Scenario) -> Scenario:
        """Return the scenario that is played instead of a given scenario."""
        return self.rewrite(scenario) if self.rewrite else scenario

    def under(self, scenario: str, parameters: Mapping[str, object]) -> Settings:
        """
        Return the settings under a scenario of the matrix.

        ``parameters`` were chosen with the scenario. Parameters of a marker take precedence over
        these, if the scenario has them.
        """
        from mockserver.scenario import load

        known = load(scenario).parameters
        taken = {name: value for name, value in self.parameters.items() if name in known}
        return replace(self, scenario=scenario, parameters={**parameters, **taken})

    def line(self, *, scenario: bool = True) -> str:
        """Return the settings in one line for the run header, with or without the scenario."""
        chosen = ((name, getattr(self, name)) for name in _NAMES if scenario or name != "scenario")
        given = [f"{name} {value}" for name, value in chosen if value is not None]
        strict = {None: [], "certain": ["strict"]}.get(self.strict, [f"strict {self.strict}"])
        return ", ".join([*given, *strict])

    @property
    def patience(self) -> float:
        """How many seconds a stall lasts for a client that is known to have no time-out."""
        return self.stall or 10.0

    def retention(self) -> Retention:
        """Return how much a journal keeps. Bodies are kept whole, because a test may read them."""
        from mockserver.journal import Retention

        return Retention() if self.journal is None else Retention(self.journal)

    def request_limits(self) -> Budget:
        """Return the limits on the number of requests that a test sends."""
        from mockserver.edge.budget import Budget

        return Budget(self.max_requests or 200, self.max_requests or 2000)

    def overrides(self) -> Overrides:
        """Return the settings that take precedence over those in the scenario."""
        from mockserver.edge.live import Overrides

        return Overrides(self.edition, self.tier, self.seed)


def resolve(config: pytest.Config, item: pytest.Item | None = None) -> Settings:
    """
    Return the settings of a test, or of the run. Raises UsageError.

    If the matrix chose a scenario for the test, the settings include this scenario.
    """
    marked = _of_markers(item) if item is not None else {}
    found: dict[str, Any] = {}
    ranks: dict[str, int] = {}
    for name in _NAMES:
        layers = (marked.get(name), *given(config, name))
        set_ = [(rank, layer) for rank, layer in enumerate(layers) if layer is not None]
        if set_:
            ranks[name], found[name] = set_[0]
    _settle_time(found, ranks)
    if _runs_often(config) and "time_scale" not in found:
        found.setdefault("clock", "virtual")
        ranks.setdefault("clock", 1)
    rewrite = item.stash.get(REWRITTEN, None) if item is not None else None
    settings = Settings(
        **{name: _converted(name, value, ranks[name]) for name, value in found.items()},
        parameters=marked.get("parameters") or {},
        strict=None if rewrite else strictness(config),
        ignored=tuple(marked.get("verdicts", ())),
        allow_unmet=marked.get("allow_unmet", False),
        played=item.stash.get(PLAYED, None) if item is not None else None,
        rewrite=rewrite,
    )
    scenario = scenario_of(item) if item is not None else None
    if item is None or scenario is None:
        return settings
    return settings.under(scenario, parameters_of(item))


def _runs_often(config: pytest.Config) -> bool:
    """Return whether each test runs many times, so that its waits should cost nothing."""
    many = ("cerebras_search", "cerebras_mutate")
    return any(config.getoption(name) is not None for name in many)


def _settle_time(found: dict[str, Any], ranks: Mapping[str, int]) -> None:
    """If the virtual clock and a time scale are both set, drop the setting of lower precedence."""
    if found.get("clock") == "virtual" and "time_scale" in found:
        if ranks["clock"] < ranks["time_scale"]:
            del found["time_scale"]
        elif ranks["clock"] > ranks["time_scale"]:
            del found["clock"]


def found_ours() -> None:
    """Fail the test with a clear message if another package ``mockserver`` hides ours."""
    _plainly(require_own_package)


def resolved_for_test(item: pytest.Item) -> Settings:
    """Return the checked settings of a test; an error fails the test with a clear message."""
    return _plainly(lambda: checked(item.config, item))


def checked(config: pytest.Config, item: pytest.Item | None = None) -> Settings:
    """
    Return the settings of a test, or of the run.

    Raises UsageError if a setting can't be read, or if the scenario or another value does not
    exist.
    """
    settings = resolve(config, item)
    require_own_package()
    with fast_imports():
        from mockserver.core.errors import MockServerError
        from mockserver.edge.live import LiveEngine
        from mockserver.verdicts import check_names

    if settings.time_scale is not None and settings.clock == "virtual":
        raise pytest.UsageError(
            "the virtual clock and the cerebras setting time_scale can't be "
            "combined: leave out one of them"
        )
    try:
        check_names(settings.ignored)
        LiveEngine(settings.loaded(), settings.overrides())
    except MockServerError as error:
        raise pytest.UsageError(str(error)) from error
    return settings


def _plainly(act: Callable[[], T]) -> T:
    """Return the result of ``act``; a UsageError fails the test, without a traceback."""
    try:
        return act()
    except pytest.UsageError as error:
        wrong = str(error)
    pytest.fail(wrong, pytrace=False)


def _of_markers(item: pytest.Item) -> dict[str, Any]:
    """
    Return the settings in all markers of a test. For each key, the nearest marker takes precedence.

    If a nearer marker names a scenario, the parameters of outer markers do not apply, because they
    belong to another scenario. Ignored verdicts add up.
    """
    merged: dict[str, Any] = {}
    ignored: list[str] = []
    for marker in item.iter_markers(MARKER):
        given = _of_marker(marker)
        ignored += _ignored(given.pop("verdicts", None) or {})
        if "scenario" in merged:
            given.pop("parameters", None)
        merged = {**given, **merged}
    return {**merged, "verdicts": list(dict.fromkeys(ignored))}


def _of_marker(marker: pytest.Mark) -> dict[str, Any]:
    given: dict[str, Any] = {**dict(zip(_NAMES, marker.args[:1], strict=False)), **marker.kwargs}
    unknown = [name for name in given if name not in _KINDS]
    if unknown or len(marker.args) > 1 or (marker.args and "scenario" in marker.kwargs):
        from mockserver.core.errors import suggestion

        wrong = f"{unknown[0]!r}{suggestion(unknown[0], _KINDS)}" if unknown else "two scenarios"
        raise pytest.UsageError(f"@pytest.mark.{MARKER} does not take {wrong}")
    for name, value in given.items():
        kind = _KINDS[name]
        fits = isinstance(value, kind.types) and (bool in kind.types or not isinstance(value, bool))
        if value is not None and not fits:
            wrong = f"@pytest.mark.{MARKER}: {name} should be a {kind.name}, found {value!r}"
            raise pytest.UsageError(wrong)
    return {name: value for name, value in given.items() if value is not None}


def _ignored(verdicts: Mapping[str, Any]) -> list[str]:
    """Return the verdicts that a marker ignores. Raises UsageError."""
    unknown = [key for key in verdicts if key != "ignore"]
    names = verdicts.get("ignore", ())
    listed = isinstance(names, (list, tuple, set)) and all(isinstance(one, str) for one in names)
    if unknown or not listed:
        wrong = (
            f"found {unknown[0]!r}"
            if unknown
            else f"found {names!r} for 'ignore', which should be a list of names"
        )
        raise pytest.UsageError(
            f"@pytest.mark.{MARKER}: verdicts takes {{'ignore': [NAME, ...]}}, {wrong}"
        )
    return list(names)


def _converted(name: str, value: Any, rank: int) -> Any:
    kind = _KINDS[name]
    try:
        converted = kind.types[0](value)
    except ValueError:
        converted = None
    if converted is None or not kind.accepts(converted):
        allowed = " or ".join(kind.choices) or f"a {kind.name}"
        raise pytest.UsageError(f"{place(name, rank)} should be {allowed}, found {value!r}")
    return converted


def place(name: str, rank: int) -> str:
    """Return what a setting is called in the source of this rank, such as the name of an option."""
    option = f"--cerebras-{name.replace('_', '-')}"
    variable, key = f"CEREBRAS_MOCK_{name.upper()}", f"the ini key cerebras_{name}"
    return (f"@pytest.mark.{MARKER}: {name}", option, variable, key)[rank]
