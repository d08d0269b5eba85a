"""The command line, from the outside."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from mockserver import cli, schemas
from mockserver.scenario import names, read

WRONG = """\
version: 1
name: wrong
rules:
  - match: {modle: x}
"""


@pytest.fixture
def run():
    """Return a function that runs the command line in this process."""
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)


@pytest.fixture
def wrong(tmp_path):
    """Return the path of a scenario with a misspelt key."""
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG)
    return str(path)


def test_scenarios(run):
    """Each shipped scenario is a line with its description."""
    result = run("scenarios")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == names()
    assert all(len(line.split()) > 3 for line in lines)


def test_scenarios_by_tag(run):
    """With a tag only those are listed that have it; an unknown one is one sentence."""
    result = run("scenarios", "--tag", "streaming", "--tag", "network")
    assert [line.split()[0] for line in result.output.splitlines()] == [
        *("cut-in-json", "silent-cut", "stream-cut")
    ]
    result = run("scenarios", "--tag", "stream")
    assert result.exit_code == 2
    assert "Error: no tag is called 'stream'; did you mean 'streaming'?" in result.output


def test_check_good(run):
    """A good file is said to be so, and what it was checked as; so is each file of a folder."""
    result = run("check", "scenarios/burst-503.yaml", "mockserver/api/editions")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "scenarios/burst-503.yaml: ok, scenario 'burst-503', 1 rule"
    assert (
        lines[-1] == "mockserver/api/editions/guide.yaml: ok, edition 'guide', 14 models, 4 tiers"
    )
    assert len(lines) == 8


def test_check_wrong(run, wrong):
    """A wrong file is one clear sentence and status 2; the others are still checked."""
    result = run("check", wrong, "scenarios/healthy.yaml", "nowhere.yaml")
    assert result.exit_code == 2
    assert (
        f"{wrong}:4:13: rules[0].match: unknown key 'modle'; did you mean 'model'?" in result.stderr
    )
    assert f"{wrong}: not a good scenario" in result.stderr
    assert "nowhere.yaml: there is no such file" in result.stderr
    assert result.stdout == "scenarios/healthy.yaml: ok, scenario 'healthy', 0 rules\n"
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("arguments", "status"), [((), 0), (("--strict",), 2)])
def test_check_odd(run, tmp_path, arguments, status):
    """What is odd is a warning with its spot, and an error on demand only."""
    path = tmp_path / "odd.yaml"
    path.write_text("name: odd\nrules:\n- {}\n- {name: hidden}\n")
    result = run("check", str(path), *arguments)
    assert result.exit_code == status
    assert (
        f"warning: {path}:4:3: rules[1]: the rule is never asked: rules[0] takes" in result.output
    )
    assert f"{path}: ok, scenario 'odd', 2 rules" in result.output
    assert run("check", "scenarios/healthy.yaml", *arguments).exit_code == 0


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
    assert lines[5].startswith("   1.0 s  #2 ")
    assert ", stop" in lines[8]
    assert lines[-1].strip() == "┣ head  ! head of an error  █ body  ┫ end"


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


def test_init(run, tmp_path, monkeypatch):
    """A commented file to begin with: good, with nothing odd, and it does what it says."""
    monkeypatch.chdir(tmp_path)
    result = run("init", "my own.yaml")
    assert (result.exit_code, result.output) == (
        0,
        "wrote my own.yaml; next: cerebras-mock explain 'my own.yaml'\n",
    )
    text = Path("my own.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=./scenario.schema.json\n")
    assert "cerebras-mock serve --scenario 'my own.yaml'" in text
    result = run("check", "--strict", "my own.yaml")
    assert (result.exit_code, result.output) == (
        0,
        "my own.yaml: ok, scenario 'my-scenario', 2 rules\n",
    )
    lines = run("explain", "my own.yaml", "--requests", "5").output.splitlines()
    outcomes = [line.partition("-> ")[2] for line in lines if "-> " in line]
    assert ["429" in one for one in outcomes] == [True, True, False, False, False]
    assert outcomes[-1] == "200, 20 tokens, connection lost [cut]"


def test_init_has_what_is_commented_out(run):
    """The parts that are commented out are good as well."""
    text = run("init", "-").output
    commented = re.compile(
        r"^( *)# (extends: .*|tier: .*|- name: .*|  [a-z]+:|    .*\{.*)$", re.MULTILINE
    )
    found = read(commented.sub(r"\1\2", text))
    assert (found.scenario.tier, found.scenario.extends) == ("free", "burst-503")
    assert found.scenario.rules[1].name == "slow for a while"
    assert found.warnings() == []


def test_init_never_overwrites(run, tmp_path):
    """A file that is there stays, in one sentence; so is what can't be a path of a scenario."""
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    result = run("init", str(path))
    assert (result.exit_code, path.read_text()) == (1, "mine")
    (line,) = result.output.splitlines()
    assert line.endswith(f" {path}: is there already, and is not overwritten")
    result = run("init", str(tmp_path / "no" / "mine.yaml"))
    assert result.exit_code == 1
    assert f"mine.yaml: cannot be written: {os.strerror(errno.ENOENT)}" in result.output
    result = run("init", "mine.txt")
    assert result.exit_code == 2
    assert "FILE should end in .yaml or .yml, found 'mine.txt'" in result.output


@pytest.mark.parametrize("kind", list(schemas.TYPES))
def test_schema(run, kind):
    """The schema of each kind of file is printed as it is shipped; scenarios are the usual ones."""
    result = run("schema", kind)
    assert (result.exit_code, result.output) == (0, schemas.text_of(kind))
    assert run("schema").output == schemas.text_of("scenario")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("explain", "nope"),
            "Error: no scenario is called 'nope'; allowed are all-models-limited",
        ),
        (("explain", "nope.yaml"), "Error: nope.yaml: there is no such file"),
        (("explain", "healthy", "--interval", "5"), "duration with its unit"),
        (("explain", "healthy", "--requests", "0"), "--requests"),
        (("explain", "healthy", "--edition", "gide"), "did you mean 'guide'?"),
        (("explain", "healthy", "--tier", "gold"), "no tier of edition guide is called 'gold'"),
        (("explain", "healthy", "--seed", "x"), "--seed"),
        (("schema", "rule"), "rule"),
        (("serve", "--scenario", "helthy"), "did you mean 'healthy'?"),
        (("serve", "--edition", "2025"), "no edition is called '2025'"),
        (("serve", "--tier", "gold"), "no tier of edition guide is called 'gold'"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--seed", "x"), "--seed"),
        (("serve", "--tls-cert", "x"), "--tls-cert and --tls-key should be given together"),
        (("serve", "--tls-cert", "no", "--tls-key", "no"), "Error: no: there is no such file"),
        (
            ("serve", "--tls-cert", "README.md", "--tls-key", "README.md"),
            "Error: README.md: is no certificate in PEM for the key in README.md",
        ),
        (
            ("serve", "--journal-body", "64"),
            "should be a size with its unit, such as 512B, 16KiB or 1MiB, found '64'",
        ),
        (("serve", "--journal", "0"), "--journal"),
        (("check",), "FILE|FOLDER..."),
        (("explain", "healthy", "--set", "x"), "should be NAME=VALUE, found 'x'"),
        (("serve", "--set", "x=1"), "no parameter of healthy.yaml is called 'x'; there are none"),
        (("serve", "--set", "x=[1"), "Error: --set x:2:1: not YAML: "),
        (
            ("explain", "stream-cut", "--set", "times=0"),
            (
                "stream-cut.yaml:13:23: rules[0].schedule.first: should be greater than or equal "
                "to 1, found 0 (from the parameter 'times')"
            ),
        ),
    ],
)
def test_wrong_input(run, arguments, sentence):
    """Wrong input is one sentence and status 2; click says what it finds by itself, by name."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_set(run, tmp_path):
    """Parameters are set as they would stand in YAML."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nparameters: {n: 1, word: a}\ndescription: ${word}\n"
        "rules: [{schedule: {first: '${n}'}, faults: [error: {status: 503}]}]\n"
    )
    result = run("explain", str(path), "--set", "n=2", "--set", "word=b=c", "--requests", "3")
    assert result.exit_code == 0
    assert result.output.startswith("mine: b=c\n")
    assert result.output.count("-> 503") == 2


def test_port_in_use(run):
    """A port that somebody else has is one sentence and status 1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}: " in result.output


def test_other_address_warns(run):
    """An address that other machines reach is served only when asked for, with a warning."""
    result = run("serve", "--host", "192.0.2.1")  # documentation's own: nobody has it
    assert result.exit_code == 1
    assert "warning: 192.0.2.1 can be reached from other machines" in result.output


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label empty or too long"), "this can be no name of a host"),
        (OSError("gone"), "gone"),
    ],
)
def test_no_address(run, monkeypatch, error, reason):
    """A host that is no address is one sentence and status 1."""

    def refused(*_, **__):
        raise error

    monkeypatch.setattr("mockserver.edge.serving.serve_until_signal", refused)
    result = run("serve", "--host", "localhots")
    assert result.exit_code == 1
    assert f"cannot listen on localhots port 0: {reason}\n" in result.output


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_loopback_does_not_warn(host):
    """All names of the loopback interface are quiet."""
    assert cli._is_loopback(host)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_until_signal(number):
    """It prints the URL and two lines to paste, answers, logs, and a signal ends it with 0."""
    command = [sys.executable, "-m", "mockserver", "serve", "--scenario", "wrong-key"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        first = server.stdout.readline()
        url = first.split(" on ")[1].split()[0]
        pasted = [server.stdout.readline().strip() for _ in range(2)]
        with urlopen(f"{url}/v1/tcp_warming") as answer:
            assert answer.read() == b"null"
        server.send_signal(number)
        _, log = server.communicate(timeout=10)
    assert server.returncode == 0
    assert first.startswith("Cerebras mock, scenario 'wrong-key', on http://127.0.0.1:")
    assert pasted == [
        f'Cerebras(base_url="{url}", api_key="csk-mock")',
        f'OpenAI(base_url="{url}/v1", api_key="csk-mock")',
    ]
    assert log == "#0 GET /v1/tcp_warming -> 200\n"


def test_version(run):
    """The version is that of the distribution."""
    said = run("--version").output
    assert said.startswith("cerebras-mock")
    assert said.endswith(f" {version('pytest-cerebras')}\n")
