"""What sample requests would meet, printed and drawn."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver import cli


def test_explain(run):
    """The plans of a scenario are printed without a server."""
    result = run("explain", "rate-limit", "--requests", "3", "--interval", "1s", "--no-stream")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("rate-limit: The tier's")
    assert lines[1].startswith("a good app: Waits as long as Retry-After says")
    assert lines[2].endswith("-> 429, request_quota_exceeded, Retry-After 2")
    assert lines[3].strip() == "head 429, 155 bytes, end"
    assert lines[4].strip() == "!█┫  at once"
    assert lines[5].strip().startswith("what: Requests per minute limit exceeded")
    assert lines[6].strip().startswith("fix:  wait as long as Retry-After says")
    assert lines[7].startswith("   1.0 s  #2 ")
    assert ", stop" in lines[12]
    assert lines[-1].strip() == "┣ head  ! head of an error  █ body  ┫ end"


def test_explain_a_mistake(run):
    """A request that is wrong in itself is told as in a failed test; one that is right is not."""
    wrong = run("explain", "healthy", "--requests", "1", "--model", "nobody").output
    assert "what: 'nobody'" in wrong
    assert "fix:  " in wrong
    assert "what: " not in run("explain", "healthy", "--requests", "1").output


def test_explain_odd(run, tmp_path):
    """What does not do what it seems to is said, with its spot, and what it does is shown."""
    path = tmp_path / "odd.yaml"
    rules = [
        f"- {{schedule: {{at: [{at}]}}, faults: [error: {{status: 50{at}}}]}}\n" for at in (1, 2)
    ]
    path.write_text(f"name: odd\nrules:\n{''.join(rules)}")
    result = run("explain", str(path), "--requests", "3")
    assert result.stderr.startswith(
        f"warning: {path}:4:14: rules[1].schedule: this rule counts only"
    )
    told = [line for line in result.stdout.splitlines() if " s  #" in line]
    assert ["-> 50" in line for line in told] == [True, False, True]


def test_explain_sequence(run, tmp_path):
    """A sequence is told fate by fate, and why it lets pass."""
    path = tmp_path / "fates.yaml"
    path.write_text(
        "name: fates\nparameters: {last: pass}\nrules:\n"
        "- {sequence: [error: {status: 503}, pass, error: {status: 500}], then: '${last}'}\n"
    )
    result = run("explain", str(path), "--requests", "4")
    told = [line for line in result.stdout.splitlines() if " s  #" in line]
    assert [line.partition(" -> ")[2][:3] for line in told] == ["503", "200", "500", "200"]
    assert "not by rules[0]: counted as request 2, which its sequence lets pass" in result.stdout
    assert "not by rules[0]: counted as request 4, and its sequence is over" in result.stdout
    result = run("explain", str(path), "--requests", "4", "--set", "last=repeat")
    told = [line for line in result.stdout.splitlines() if " s  #" in line]
    assert [line.partition(" -> ")[2][:3] for line in told] == ["503", "200", "500", "503"]


LATE = "name: late\nrules: [{faults: [{latency: {delay: 2s}}, {disconnect: {}}]}]\n"


@pytest.fixture
def late(tmp_path):
    """Return the path of a scenario that makes one wait."""
    path = tmp_path / "late.yaml"
    path.write_text(LATE)
    return str(path)


@pytest.mark.parametrize(
    ("charset", "columns", "bar"),
    [
        ("utf-8", "80", "░" * 68 + "✗"),
        ("utf-8", "100", "░" * 88 + "✗"),
        ("utf-8", "9", "░" * 48 + "✗"),
        ("latin-1", "80", "." * 68 + "x"),
        ("ascii", "80", "." * 68 + "x"),
    ],
)
def test_explain_draws(late, charset, columns, bar):
    """The bar is as wide as the terminal, in what the terminal can show."""
    arguments = ["explain", late, "--requests", "1"]
    result = CliRunner(charset=charset, env={"COLUMNS": columns}).invoke(cli.main, arguments)
    assert result.output.splitlines()[3] == " " * 10 + bar


def test_explain_in_any_encoding(late):
    """What stdout has no character for is written out."""
    Path(late).write_text(f"{LATE}description: später → nie\n", "utf-8")
    result = CliRunner(charset="latin-1").invoke(cli.main, ["explain", late])
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "late: später \\u2192 nie")


@pytest.mark.parametrize(
    ("no_color", "color", "coloured"),
    [("", True, True), ("1", True, False), ("", False, False)],
)
def test_explain_in_colour(late, no_color, color, coloured):
    """There is colour on a terminal, unless NO_COLOR is set."""
    runner = CliRunner(env={"NO_COLOR": no_color})
    result = runner.invoke(cli.main, ["explain", late, "--requests", "1"], color=color)
    assert ("\x1b[" in result.output) == coloured


def test_explain_svg(run, late, tmp_path):
    """The drawing is written instead of the text; into a file, or to stdout."""
    target = tmp_path / "late.svg"
    result = run("explain", late, "--svg", str(target))
    assert (result.exit_code, result.output) == (0, "")
    drawing = target.read_text("utf-8")
    assert drawing.startswith("<svg ")
    assert "wait 2 s" in drawing
    assert run("explain", late, "--svg", "-").output == drawing
    result = run("explain", late, "--svg", str(tmp_path / "no" / "late.svg"))
    assert result.exit_code == 1
    assert os.strerror(errno.ENOENT) in result.output


def test_explain_with_overrides(run, tmp_path):
    """Edition, tier and seed outrank the scenario's; the key is good, the model is served."""
    path = tmp_path / "ours.yaml"
    path.write_text("extends: 2026-11\nname: ours\nkeys: {prefix: our-}\n")
    options = ("--edition", str(path), "--requests", "1", "--no-stream")
    free = run("explain", "rate-limit", *options).output
    assert "gpt-oss-120b -> 429, request_quota_exceeded, Retry-After 12" in free
    paid = run("explain", "rate-limit", *options, "--tier", "paid").output
    assert "gpt-oss-120b -> 200" in paid
    assert run("explain", "rate-limit", *options, "--tier", "paid", "--seed", "7").output != paid
