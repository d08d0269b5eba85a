"""The script that names the lowest versions of the dependencies, and checks what is installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def lowest(tmp_path):
    """Return a function that runs the script beside a pyproject.toml of these dependencies."""
    script = tmp_path / ".ci/lowest.py"
    script.parent.mkdir()
    script.write_text((ROOT / ".ci/lowest.py").read_text("utf-8"), "utf-8")

    def run(*dependencies, cluster=(), check=False):
        extras = f"[project.optional-dependencies]\ncluster = {list(cluster)}"
        settings = f"[project]\ndependencies = {list(dependencies)}\n{extras}"
        (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
        command = [sys.executable, script, *(["--check"] if check else [])]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_ours(lowest):
    """Each of our own dependencies has a lower bound."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    dependencies = settings["project"]["dependencies"]
    cluster = settings["project"]["optional-dependencies"]["cluster"]
    constraints = lowest(*dependencies, cluster=cluster).stdout.splitlines()
    assert constraints == [re.sub(">=", "==", one) for one in dependencies + cluster]


@pytest.mark.parametrize(
    ("dependency", "constraint"),
    [
        ("httpx>=0.27", "httpx==0.27"),
        ("httpx[http2] >= 0.27, <1", "httpx==0.27"),
        ("typing-extensions<5,>=4.14.1; python_version < '3.12'", "typing-extensions==4.14.1"),
    ],
)
def test_bound(lowest, dependency, constraint):
    """The bound is found beside extras, other bounds and markers."""
    assert lowest(dependency).stdout == f"{constraint}\n"


@pytest.mark.parametrize("dependency", ["httpx", "httpx==1", "httpx; python_version >= '3.12'"])
def test_no_bound(lowest, dependency):
    """A dependency without a lower bound is an error of one sentence."""
    result = lowest("pytest>=9", dependency)
    said = f"pyproject.toml: the dependency {dependency!r} has no lower bound, such as >=1.0\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


def test_check(lowest):
    """What is installed in another version fails the check; zeros at the end make none."""
    installed = version("pytest")
    assert lowest(f"pytest>={installed}.0", check=True).returncode == 0
    result = lowest(f"pytest>={installed}", "httpx>=0.1", "nowhere-to-be-found>=1", check=True)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"httpx {version('httpx')} is installed, and the lower bound is 0.1",
        "nowhere-to-be-found is not installed",
    ]
