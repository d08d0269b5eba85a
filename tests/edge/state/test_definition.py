"""What plays, as text that others read."""

from __future__ import annotations

import json

import pytest

from mockserver.edge.live import Overrides
from mockserver.edge.state.definition import UnsharedError, defined, understood
from mockserver.scenario import loaded, names, read


@pytest.mark.parametrize("name", names())
def test_shipped(name):
    """Others understand each shipped scenario as it is, with its settings."""
    found = loaded(name)
    overrides = Overrides(edition="2026-11", tier="free-trial", seed=7)
    definition = defined(found, overrides)
    there = understood(definition.text)
    assert (there.scenario, there.overrides) == (found.scenario, overrides)
    assert there.settled == definition.settled


def test_parameters():
    """Values that were given for a run are part of it."""
    definition = defined(loaded("burst-503", {"at": [9]}), Overrides())
    assert understood(definition.text).scenario.rules[0].schedule.at == (9,)


def test_edition_of_its_own(tmp_path):
    """An edition beside the scenario is found from elsewhere, too."""
    (tmp_path / "mine.yaml").write_text("extends: 2026-11\nname: mine\n")
    (tmp_path / "s.yaml").write_text("name: s\nedition: mine.yaml\n")
    found = loaded(str(tmp_path / "s.yaml"))
    assert understood(defined(found, Overrides()).text).scenario == found.scenario


def test_what_looks_like_a_parameter():
    """A text that would be read as a parameter by others can't be shared."""
    text = "name: s\nparameters: {a: '${b}', b: 1}\ndescription: '${a}'\n"
    found = read(text, source="s")
    if found.scenario.description != "${b}":
        pytest.skip("values of parameters are filled, too")
    with pytest.raises(UnsharedError, match="can't be shared"):
        defined(found, Overrides())


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", json.dumps({"name": "x", "scenario": {"rules": 1}, "settings": {}})]
)
def test_not_understood(text):
    """What is in the store may come from another version."""
    with pytest.raises(UnsharedError, match="this replica can't read the scenario in the store"):
        understood(text)
