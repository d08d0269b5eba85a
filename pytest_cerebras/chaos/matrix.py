"""
The chaos matrix: every test under every chosen scenario.

``--cerebras-chaos`` runs every test that uses the mock under each of the chosen scenarios. A test
may name its own scenarios with ``@pytest.mark.cerebras_chaos``. The marker also declares the
expected outcome: the test survives, or raises a given exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pytest

from pytest_cerebras.settings.names import CHAOS, MARKER, Chosen, scenario_of

from .choice import chosen, is_relevant, singled_out

_RAISED = pytest.StashKey[bool]()
Expect = Literal["survives", "raises"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    The expected outcome of a test under the named scenarios, or under all if none is named.

    ``singled_out`` has the scenarios that are named one by one. ``is_relevant``: scenarios that
    can't act on the test are left out. ``allow_unmet``: the test may pass although its scenario did
    not act.
    """

    scenarios: tuple[Chosen, ...] = ()
    singled_out: frozenset[str] = frozenset()
    is_relevant: bool = False
    expect: Expect = "survives"
    raises: tuple[type[BaseException], ...] = ()
    allow_unmet: bool = False

    def about(self, scenario: str) -> bool:
        """Return whether the expectation covers a scenario."""
        return not self.scenarios or scenario in self.scenarios

    def means(self, scenario: str) -> bool:
        """Return whether the expectation names a scenario, or covers all scenarios."""
        return not self.scenarios or scenario in self.singled_out


def scenarios_for(config: pytest.Config, definition: pytest.Item) -> list[str]:
    """
    Return the scenarios under which the matrix runs a test. Raises UsageError.

    Parameters in a marker take precedence over those in the option.
    """
    option = config.getoption("cerebras_chaos")
    found = {one: one for one in (chosen(option) if option else ())}
    for each in expectations(definition):
        for one in each.scenarios:
            if one not in found or one.parameters:
                found[one] = one
    _check(list(found.values()), definition)
    return list(found.values())


def leaves_out(item: pytest.Item) -> bool:
    """Return whether the cells of a test are left out if their scenarios can't act on the test."""
    scenario = scenario_of(item)
    option = item.config.getoption("cerebras_chaos")
    by_markers = [one.is_relevant for one in expectations(item) if scenario in one.scenarios]
    by_option = [is_relevant(option)] if option and scenario in chosen(option) else []
    return all([*by_option, *by_markers])


def _check(scenarios: Sequence[str], definition: pytest.Item) -> None:
    """Raise UsageError for an unknown scenario, or a parameter that none of the scenarios has."""
    from mockserver.core.errors import MockServerError, UnknownNameError
    from mockserver.scenario import load

    try:
        known = {name for scenario in scenarios for name in load(scenario).parameters}
        for marker in definition.iter_markers(MARKER) if scenarios else ():
            for name in marker.kwargs.get("parameters") or ():
                if name not in known:
                    raise UnknownNameError("parameter of these scenarios", name, known)
    except MockServerError as error:
        raise pytest.UsageError(f"{definition.nodeid}: {error}") from None


def expectations(item: pytest.Item) -> Iterator[Expectation]:
    """Yield the expectations of a test's markers, the closest first. Raises UsageError."""
    for marker in item.iter_markers(CHAOS):
        yield _read(marker, item.nodeid)


def expected(item: pytest.Item) -> Expectation:
    """Return the expectation for a test under its scenario."""
    scenario = scenario_of(item)
    about = [each for each in expectations(item) if scenario and each.about(scenario)]
    meant = (each for each in about if scenario and each.means(scenario))
    return next(meant, about[0] if about else Expectation())


def note_raised(item: pytest.Item) -> None:
    """Note that a test raised the expected exception."""
    item.stash[_RAISED] = True


def has_raised(item: pytest.Item) -> bool:
    """Return whether a test raised the expected exception."""
    return item.stash.get(_RAISED, False)


def _read(marker: pytest.Mark, where: str) -> Expectation:
    keys: dict[str, Any] = dict(marker.kwargs)
    expect = keys.pop("expect", "survives")
    raises = keys.pop("raises", ())
    allow_unmet = keys.pop("allow_unmet", False)
    types = raises if isinstance(raises, tuple) else (raises,)
    wrong = _wrong(marker.args, keys, expect, types) or _no_truth(allow_unmet)
    if wrong:
        raise pytest.UsageError(f"{where}: @pytest.mark.{CHAOS}: {wrong}")
    text = ",".join(marker.args)
    named = chosen(text, f"{where}: @pytest.mark.{CHAOS}") if marker.args else ()
    kinds = (tuple(named), singled_out(text), is_relevant(text))
    return Expectation(*kinds, expect, types, allow_unmet)


def _wrong(
    names: tuple[Any, ...], unknown: dict[str, Any], expect: Any, types: tuple[Any, ...]
) -> str | None:
    """Return the mistake in a marker, in a few words."""
    if unknown:
        return f"does not take {next(iter(unknown))}; it takes names, expect, raises, allow_unmet"
    if not all(isinstance(name, str) for name in names):
        return f"scenarios should be strings, found {names!r}"
    if expect not in get_args(Expect):
        return f"expect should be one of {', '.join(get_args(Expect))}, found {expect!r}"
    if not all(isinstance(each, type) and issubclass(each, BaseException) for each in types):
        return f"raises should be an exception type or several, found {types!r}"
    if (expect == "raises") != bool(types):
        return "expect='raises' and raises=... belong together"
    return None


def _no_truth(allow_unmet: Any) -> str | None:
    if isinstance(allow_unmet, bool):
        return None
    return f"allow_unmet should be True or False, found {allow_unmet!r}"
