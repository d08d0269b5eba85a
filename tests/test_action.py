"""The action for GitHub, and the workflow that the docs show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pytest_cerebras.report.reporting import COVERAGE_FAILED
from pytest_cerebras.settings.exit_status import VERDICTS_FAILED

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / ".github/actions/chaos/action.yml").read_text("utf-8"))


def test_inputs_are_declared():
    """What the steps read is declared, and what is declared is read."""
    used = re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"]))
    assert set(used) == set(ACTION["inputs"])


def test_steps_are_whole():
    """Each step of a composite action that runs something names its shell."""
    steps = ACTION["runs"]["steps"]
    assert all("uses" in step or step["shell"] == "bash" for step in steps)


def test_each_status_has_a_sentence():
    """The last step tells verdicts and coverage from failed tests."""
    said = ACTION["runs"]["steps"][-1]["run"]
    assert all(f"{status}) echo" in said for status in (1, VERDICTS_FAILED, COVERAGE_FAILED))


def step_of_the_docs():
    (block,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text("utf-8"), re.DOTALL)
    (step,) = [one for one in yaml.safe_load(block)["jobs"]["chaos"]["steps"] if "with" in one]
    return step


def test_workflow_of_the_docs():
    """It uses the action with inputs that there are."""
    step = step_of_the_docs()
    assert step["uses"] == "./.github/actions/chaos"
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert "install" in step["with"]


def run(script, folder, **variables):
    """Run a script of the action as GitHub does, with this Python."""
    (folder / "bin").mkdir(exist_ok=True)
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("fail_under", "status"), [("0", 0), (None, COVERAGE_FAILED)])
def test_workflow_of_the_docs_runs(fail_under, status, tmp_path):
    """With the inputs of the docs there is a report, and the status is pytest's."""
    (tmp_path / "test_it.py").write_text("def test(cerebras_mock): pass\n")
    given = step_of_the_docs()["with"]
    (script,) = [one["run"] for one in ACTION["runs"]["steps"] if one.get("id") == "chaos"]
    output = tmp_path / "output"
    done = run(
        script,
        tmp_path,
        SCENARIOS=given["scenarios"],
        FAIL_UNDER=fail_under or given["fail-under"],
        ARGUMENTS=given["arguments"],
        GITHUB_OUTPUT=str(output),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert output.read_text() == f"status={status}\n"
    reports = sorted(one.name for one in (tmp_path / "cerebras-chaos").iterdir())
    assert reports == ["report.html", "report.json"]


@pytest.mark.parametrize("status", [0, 1, 4, VERDICTS_FAILED, COVERAGE_FAILED])
def test_last_step_ends_with_the_status(status, tmp_path):
    """The job fails as pytest did, and says so unless all is well."""
    done = run(ACTION["runs"]["steps"][-1]["run"], tmp_path, STATUS=str(status))
    assert done.returncode == status
    assert done.stdout.startswith("::error::") is (status != 0)
