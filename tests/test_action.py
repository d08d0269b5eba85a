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
ACTION, MERGE = (
    yaml.safe_load((ROOT / ".github/actions" / name / "action.yml").read_text("utf-8"))
    for name in ("chaos", "chaos-merge")
)
BOTH = pytest.mark.parametrize("action", [ACTION, MERGE], ids=["chaos", "chaos-merge"])


@BOTH
def test_inputs_are_declared(action):
    """What the steps read is declared, and what is declared is read."""
    used = re.findall(r"inputs\.([\w-]+)", str(action["runs"]))
    assert set(used) == set(action["inputs"])


@BOTH
def test_steps_are_whole(action):
    """Each step of a composite action that runs something names its shell."""
    steps = action["runs"]["steps"]
    assert all("uses" in step or step["shell"] == "bash" for step in steps)


def test_each_status_has_a_sentence():
    """The last step tells verdicts and coverage from failed tests."""
    said = ACTION["runs"]["steps"][-1]["run"]
    assert all(f"{status}) echo" in said for status in (1, VERDICTS_FAILED, COVERAGE_FAILED))


def workflows():
    """Return the workflows of the docs: on one machine, and on several."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text("utf-8"), re.DOTALL)
    one, several = map(yaml.safe_load, blocks)
    return one["jobs"], several["jobs"]


def step_of(job):
    (step,) = [one for one in job["steps"] if "with" in one]
    return step


def step_of_the_docs():
    return step_of(workflows()[0]["chaos"])


@pytest.mark.parametrize(
    ("workflow", "job", "name", "action"),
    [
        (0, "chaos", "chaos", ACTION),
        (1, "chaos", "chaos", ACTION),
        (1, "merge", "chaos-merge", MERGE),
    ],
    ids=["alone", "shard", "merge"],
)
def test_workflow_of_the_docs(workflow, job, name, action):
    """It uses the actions with inputs that there are."""
    step = step_of(workflows()[workflow][job])
    assert step["uses"] == f"./.github/actions/{name}"
    assert set(step["with"]) <= set(action["inputs"])
    assert "install" in step["with"]


def test_shards_of_the_docs():
    """Its jobs are all shards of one run, and the one that joins them waits for all."""
    jobs = workflows()[1]
    shards = jobs["chaos"]["strategy"]["matrix"]["shard"]
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]
    assert (jobs["merge"]["needs"], jobs["merge"]["if"]) == ("chaos", "${{ !cancelled() }}")


def run(script, folder, **variables):
    """Run a script of the action as GitHub does, with this Python."""
    (folder / "bin").mkdir(exist_ok=True)
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    command = folder / "bin" / "cerebras-mock"
    start = "from pytest_cerebras.command import main; main()"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{start}" "$@"\n')
    command.chmod(0o755)
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


def script_of(action, name):
    (script,) = [one["run"] for one in action["runs"]["steps"] if one.get("id") == name]
    return script


@pytest.mark.parametrize(("fail_under", "status"), [("0", 0), (None, COVERAGE_FAILED)])
def test_workflow_of_the_docs_runs(fail_under, status, tmp_path):
    """With the inputs of the docs there is a report, and the status is pytest's."""
    (tmp_path / "test_it.py").write_text("def test(cerebras_mock): pass\n")
    given = step_of_the_docs()["with"]
    output = tmp_path / "output"
    done = run(
        script_of(ACTION, "chaos"),
        tmp_path,
        SCENARIOS=given["scenarios"],
        FAIL_UNDER=fail_under or given["fail-under"],
        SHARD="",
        ARTIFACT="cerebras-chaos",
        ARGUMENTS=given["arguments"],
        GITHUB_OUTPUT=str(output),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert output.read_text() == f"artifact=cerebras-chaos\nstatus={status}\n"
    reports = sorted(one.name for one in (tmp_path / "cerebras-chaos").iterdir())
    assert reports == ["report.html", "report.json"]


@pytest.mark.parametrize(
    ("fail_under", "left_out", "status"),
    [("0", "", 0), ("90", "", COVERAGE_FAILED), ("0", "2", 2)],
    ids=["all", "too little", "missing"],
)
def test_shards_are_joined(fail_under, left_out, status, tmp_path):
    """The artifacts of the shards, in folders of their names, are what the other action joins."""
    (tmp_path / "test_it.py").write_text("def test(cerebras_mock): pass\n")
    output = tmp_path / "output"
    for number in "12":
        output.unlink(missing_ok=True)
        done = run(
            script_of(ACTION, "chaos"),
            tmp_path,
            SCENARIOS="healthy,wrong-key",
            FAIL_UNDER="0",
            SHARD=f"{number}/2",
            ARTIFACT="cerebras-chaos",
            ARGUMENTS="-q",
            GITHUB_OUTPUT=str(output),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        artifact, ended = output.read_text().split()
        assert (artifact, ended) == (f"artifact=cerebras-chaos-{number}-of-2", "status=0")
        kept = tmp_path / ("gone" if number == left_out else "cerebras-shards")
        kept.mkdir(exist_ok=True)
        (tmp_path / "cerebras-chaos").rename(kept / artifact.removeprefix("artifact="))
    output.unlink()
    done = run(
        script_of(MERGE, "merge"), tmp_path, FAIL_UNDER=fail_under, GITHUB_OUTPUT=str(output)
    )
    assert output.read_text() == f"status={status}\n", done.stdout + done.stderr
    assert (tmp_path / "cerebras-chaos").exists() is (status != 2)


def test_shard_and_fail_under(tmp_path):
    """A shard that is asked for coverage says in pytest's own words that it can't tell."""
    output = tmp_path / "output"
    done = run(
        script_of(ACTION, "chaos"),
        tmp_path,
        SCENARIOS="healthy",
        FAIL_UNDER="20",
        SHARD="1/2",
        ARTIFACT="a",
        ARGUMENTS="",
        GITHUB_OUTPUT=str(output),
    )
    assert output.read_text() == "artifact=a-1-of-2\nstatus=4\n"
    assert "use --fail-under of cerebras-mock report merge instead" in done.stderr


@pytest.mark.parametrize("status", [0, 2, COVERAGE_FAILED])
def test_last_step_of_the_join(status, tmp_path):
    """So does the job that joins."""
    done = run(MERGE["runs"]["steps"][-1]["run"], tmp_path, STATUS=str(status))
    assert done.returncode == status
    assert done.stdout.startswith("::error::") is (status != 0)


@pytest.mark.parametrize("status", [0, 1, 4, VERDICTS_FAILED, COVERAGE_FAILED])
def test_last_step_ends_with_the_status(status, tmp_path):
    """The job fails as pytest did, and says so unless all is well."""
    done = run(ACTION["runs"]["steps"][-1]["run"], tmp_path, STATUS=str(status))
    assert done.returncode == status
    assert done.stdout.startswith("::error::") is (status != 0)
