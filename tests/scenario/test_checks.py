"""Which kind of file it is, and what is said of it."""

from __future__ import annotations

import pytest

from mockserver.scenario.checks import check, kind_of


@pytest.fixture
def write(tmp_path):
    """Return a writer of files that gives the path."""

    def text_to(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    return text_to


def said(path):
    return [str(checked) for checked in check(path)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"name": "x"}, "scenario"),
        ({"name": "x", "description": "y"}, "scenario"),
        ({"name": "x", "rules": []}, "scenario"),
        ({"name": "x", "edition": "guide", "tier": "free"}, "scenario"),
        ({"name": "x", "ruls": []}, "scenario"),
        ({"extends": "guide"}, "edition"),
        ({"name": "x", "extend": "guide"}, "edition"),
        ({"name": "x", "extends": "burst-503"}, "scenario"),
        ({"name": "x", "extends": "gude"}, "edition"),
        ({"name": "x", "extends": "burts-503"}, "scenario"),
        ({"name": "x", "extends": "mine.yaml"}, "scenario"),
        ({"name": "x", "modelz": {}}, "edition"),
        ({"name": "x", "date": "y", "models": {}, "tier": "z"}, "edition"),
        ({"rules": [], "seed": 1, "extends": "guide"}, "scenario"),
        ({1: 2, None: 3}, "scenario"),
        ({}, "scenario"),
        (["extends"], "scenario"),
        (None, "scenario"),
    ],
)
def test_kind(data, kind):
    """The kind that has more of the keys to itself; in doubt it is a scenario."""
    assert kind_of(data) == kind


def test_good(write):
    """A good file is one line: what it was checked as, and what it holds."""
    path = write("a.yaml", "name: a\nrules: [{}]\n")
    assert said(path) == [f"{path}: ok, scenario 'a', 1 rule"]
    path = write("b.yaml", "extends: guide\nname: b\n")
    assert said(path) == [f"{path}: ok, edition 'b', 14 models, 4 tiers"]


def test_odd(write):
    """What is odd about a good one is told beside it."""
    path = write("a.yaml", "name: a\nparameters: {n: 1}\n")
    (checked,) = check(path)
    assert (checked.wrong, str(checked)) == ("", f"{path}: ok, scenario 'a', 0 rules")
    assert checked.odd == [f"{path}:2:17: parameters.n: nothing uses this parameter"]


def test_wrong(write):
    """A wrong one is a line for each mistake, and what it was checked as."""
    path = write("a.yaml", "name: a\nseed: many\nruls: []\n")
    (checked,) = check(path)
    assert checked.wrong.startswith(f"{path}:2:7: seed: should be a whole number")
    assert f"\n{path}:3:1: unknown key 'ruls'; did you mean 'rules'?" in checked.wrong
    assert str(checked).endswith(f"\n{path}: not a valid scenario")
    path = write("b.yaml", "extends: guide\nmodelz: {}\n")
    (text,) = said(path)
    assert text.startswith(f"{path}:2:1: unknown key 'modelz'; did you mean 'models'?")
    assert text.endswith(f"\n{path}: not a valid edition")


@pytest.mark.parametrize(
    ("text", "message"),
    [("name: [x\n", ":2:1: not YAML: "), ("name: \x00\n", ": not YAML: ")],
)
def test_no_yaml(write, text, message):
    """What is not YAML has no kind."""
    path = write("a.yaml", text)
    (checked,) = check(path)
    assert checked.kind is None
    assert str(checked).startswith(f"{path}{message}")
    assert "\n" not in str(checked)


def test_missing(tmp_path):
    """Nor has what is not there."""
    path = str(tmp_path / "none.yaml")
    assert said(path) == [f"{path}: there is no such file"]


def test_folder(write, tmp_path):
    """In a folder each YAML file is checked, in order, whatever is wrong with those before."""
    for name in ("b.yaml", "a.yml", "sub/c.yaml", ".hidden.yaml", ".git/d.yaml", "e.txt"):
        write(name, f"name: {name}\n" if name != "a.yml" else "name: 5\n")
    (tmp_path / "folder.yaml").mkdir()
    several = list(check(str(tmp_path)))
    found = [checked.file for checked in several]
    assert found == [str(tmp_path / name) for name in ("a.yml", "b.yaml", "sub/c.yaml")]
    assert [bool(checked.wrong) for checked in several] == [True, False, False]


def test_empty_folder(tmp_path):
    """A folder without any is likely the wrong one."""
    assert said(str(tmp_path)) == [f"{tmp_path}: this folder contains no .yaml or .yml file"]


def test_edition_beside_it(write):
    """What a file names is looked for where the file is."""
    write("ours.yaml", "extends: guide\nname: ours\n")
    path = write("a.yaml", "name: a\nedition: ours.yaml\ntier: fre\n")
    (text,) = said(path)
    assert text.startswith(f"{path}:3:7: tier: no tier of edition ours is called 'fre'; did you ")
