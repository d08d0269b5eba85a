"""The compiled forms of the shipped editions and scenarios."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.edition import SHIPPED as EDITIONS
from mockserver.core import compiled
from mockserver.scenario import loader

from .shipped import wanted

ROOT = Path(__file__).parents[1]
COMMAND = "python -m tests.shipped"
LOADED = """
import pydantic, yaml

used = []
build, compose = pydantic.TypeAdapter.__init__, yaml.compose
pydantic.TypeAdapter.__init__ = lambda *a, **more: used.append("pydantic") or build(*a, **more)
yaml.compose = lambda *a, **more: used.append("yaml") or compose(*a, **more)
from mockserver.api.contract import editions
from mockserver.scenario import load, names
print(len([load(name) for name in names()] + [editions.load(name) for name in editions.names()]))
print(used)
"""


def test_as_committed():
    """The files are what the command writes."""
    for path, text in wanted():
        assert path.read_text("utf-8") == text, f"{path} is old: run {COMMAND}"


@pytest.mark.parametrize("name", editions.names())
def test_edition(name):
    """An edition is the one in its YAML file."""
    assert compiled.compiled(EDITIONS, name, *editions.names()) == editions._shipped(name)[1]


@pytest.mark.parametrize("name", loader.names())
def test_scenario(name):
    """A scenario is the one in its YAML file."""
    found = compiled.compiled(loader.SHIPPED, name, name)
    assert found == loader.loaded(name).scenario


def test_nothing_is_parsed():
    """All are loaded without YAML and pydantic."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    count, used = done.stdout.splitlines()
    assert (int(count), used) == (len(loader.names()) + len(editions.names()), "[]")


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Return a function that edits a copy of a YAML file, in place of the shipped one."""

    def edit(package, source, name, old, new):
        folder = shutil.copytree(source, tmp_path / source.name)
        file = folder / f"{name}.yaml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        for module in (compiled, sys.modules["mockserver.core.documents"]):
            files = module.files
            monkeypatch.setattr(
                module,
                "files",
                lambda one, files=files: folder if one == package else files(one),
            )

    cached = (compiled._rows, editions._compiled, editions._shipped, loader._shipped)
    yield edit
    for one in cached:
        one.cache_clear()


def test_edited_scenario(edited):
    """An edited scenario is what its file says."""
    loader._shipped.cache_clear()
    edited(loader.SHIPPED, ROOT / "scenarios", "healthy", "Answers.", "Thinks.")
    assert loader.load("healthy").expect == "Thinks."


def test_edited_edition(edited):
    """An edited edition counts in all that extend it."""
    editions._compiled.cache_clear()
    editions._shipped.cache_clear()
    source = ROOT / "mockserver/api/contract/shipped_editions"
    edited(EDITIONS, source, "2025-10", "owner: OpenAI", "owner: Nobody")
    assert editions.load("guide").models["gpt-oss-120b"].owner == "Nobody"
