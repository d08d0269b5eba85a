"""``cerebras-mock run``, as a user runs it."""

from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from pytest_cerebras.run import command

REAL_KEY = "csk-" + "9f" * 24
OTHERS_KEY = '"sk-proj-" + "a" * 40'


def test_answered(run, app):
    """An app with the real host in it is answered, and its output is its own."""
    ended = run("--", *app(), CEREBRAS_API_KEY=REAL_KEY)
    assert (ended.returncode, ended.stdout) == (0, "200\n")
    assert "healthy: exit status 0, 1 request" in ended.stderr
    assert "#1 POST /v1/chat/completions gpt-oss-120b -> 200" in ended.stderr
    assert "to fix: nothing that the wire shows" in ended.stderr
    assert REAL_KEY not in ended.stderr


def test_status_page(run):
    """The host of the real status page is answered, and is no request to the API."""
    code = (
        "from urllib.request import urlopen; "
        "print(urlopen('https://status.cerebras.ai/api/v2/status.json').read().decode())"
    )
    ended = run("--scenario", "one-model-down", "--", sys.executable, "-c", code)
    assert json.loads(ended.stdout)["status"]["indicator"] == "major"
    assert "the app sent no request" in ended.stderr


@pytest.mark.parametrize(("strict", "status"), [((), 0), (("--strict",), 10)])
def test_guilty(run, app, strict, status):
    """A bug is told with its fix; it fails a strict run of a command that went well."""
    ended = run(*strict, "--", *app(OTHERS_KEY))
    assert ended.returncode == status
    assert "key-sent-elsewhere: " in ended.stderr
    assert "fix:  let the app read CEREBRAS_BASE_URL" in ended.stderr
    assert "to fix: key-sent-elsewhere" in ended.stderr


def test_tls(run):
    """An app that speaks TLS to the mock's own port has asked something, and is told the fix."""
    code = (
        "import os, urllib.request; "
        "urllib.request.urlopen(os.environ['CEREBRAS_BASE_URL'].replace('http:', 'https:'))"
    )
    ended = run("--", sys.executable, "-c", code)
    assert (
        "  not answered: a client speaks TLS to the mock's port, which has no TLS; " in ended.stderr
    )
    assert "the app has asked nothing" not in ended.stderr


def test_status(run):
    """The command's own status comes first."""
    code = "import sys; sys.exit(7)"
    ended = run("--strict", "--", sys.executable, "-c", code)
    assert ended.returncode == 7
    assert "the app sent no request, so nothing was tested" in ended.stderr


@pytest.mark.parametrize("word", ["--", None])
def test_options_of_the_command(run, word):
    """What stands behind the command is the command's, with or without dashes before it."""
    ended = run(
        *filter(None, [word]), sys.executable, "-c", "import sys; print(sys.argv)", "--strict"
    )
    assert ended.stdout == "['-c', '--strict']\n"


def test_no_such_command(run):
    """A command that isn't there is a sentence, and a shell's status."""
    ended = run("--chaos", "all", "--", "no-such-command")
    assert ended.returncode == 127
    assert "no-such-command: there is no such command" in ended.stderr
    assert ended.stderr.count("no such command") == 1


def test_not_executable(run, tmp_path):
    """So is a file that can't be run."""
    (tmp_path / "data").write_text("x", "utf-8")
    ended = run("--", "./data")
    assert ended.returncode == 126
    assert "./data: can't be started: Permission denied" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "rate-limits"), "did you mean 'rate-limit'?"),
        (("--chaos", "healthy", "--scenario", "x"), "leave out --scenario and --set"),
        (("--chaos", "healthy", "--set", "a=1"), "leave out --scenario and --set"),
        (("--chaos", "relevant"), "relevant works only in pytest: use all"),
        (("--chaos", "tag:nothing"), "--chaos"),
        (("--report", "x.pdf"), "--report x.pdf: should end in one of .html, .json, .xml"),
        (("--report", "no/x.xml"), "--report no/x.xml: there is no such folder"),
        (("--time-scale", "nan"), "should be a number from 0.000001 to 1000000, found 'nan'"),
        (("--others", "x"), "--others"),
        (("--allow", "5"), "--allow needs --sealed"),
        (("--sealed", "--allow", "443"), "--allow 443: inside a sealed run, this port is the mock"),
        (("--scenario", ""), "'--scenario': should not be empty"),
        (("--edition", "2020-01"), "no edition is called '2020-01'"),
        (("--host", "api.openai.com:443"), "did you mean api.openai.com?"),
    ],
)
def test_wrong(run, arguments, said):
    """What is wrong is one sentence, before anything runs."""
    ended = run(*arguments, "--", sys.executable, "-c", "print(1)")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_chaos(run, app, tmp_path):
    """The command runs once under each scenario, and the reports have all of them."""
    ended = run(
        "--chaos",
        "wrong-key, healthy",
        *("--report", "r.html", "--report", "r.json", "--report", "r.xml"),
        "--",
        *app(),
    )
    assert (ended.returncode, ended.stdout) == (0, "200\n401\n")
    assert ended.stderr.count("written: ") == 3
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert [cell["scenario"] for cell in report["cells"]] == ["healthy", "wrong-key"]
    assert report["coverage"]["met"] == {"wrong-key": 1}
    suite = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 (our own)
    assert [case.get("name") for case in suite] == ["healthy", "wrong-key"]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
    assert "wrong-key" in (tmp_path / "r.html").read_text("utf-8")


def test_failures_in_junit(run, app, tmp_path):
    """A run that fails, or is guilty, is a failure with the reason and the fix."""
    run("--report", "r.xml", "--", *app(OTHERS_KEY))
    (case,) = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 (our own)
    (failure,) = case
    assert failure.get("message") == "key-sent-elsewhere"
    assert "fix:  let the app read" in failure.text


@pytest.mark.parametrize("key", [None, "'none'"])
def test_mistakes_in_reports(run, app, tmp_path, key):
    """The reports explain a mistake in the set-up as the terminal does; a right set-up has none."""
    reports = [f"--report=r.{suffix}" for suffix in ("html", "json", "xml")]
    ended = run(*reports, "--", *(app(key) if key else app()))
    page = html.unescape((tmp_path / "r.html").read_text("utf-8"))
    (cell,) = json.loads((tmp_path / "r.json").read_text("utf-8"))["cells"]
    suite = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 (our own)
    texts = "\n".join(suite.itertext())
    if not key:
        assert "to fix: nothing" in ended.stderr
        assert cell["symptoms"] == []
        assert cell["played"][0]["exchanges"][0]["mistake"] == ""
        assert "Nothing, because no test failed" in page
        assert not texts.strip()
        return
    (symptom,) = cell["symptoms"]
    sentence = f"{symptom['sentence']}; {symptom['fix']}"
    assert f"to fix: {symptom['what']}" in ended.stderr
    assert f"      {sentence}\n" in ended.stderr
    assert cell["played"][0]["exchanges"][0]["mistake"] == sentence
    assert sentence in page
    assert f"Fix: {symptom['fix']}." in page
    assert f"    {sentence}" in texts


@pytest.mark.parametrize(
    "error", [OSError(98, "Address already in use"), subprocess.CalledProcessError(1, ["mount"])]
)
def test_not_startable(monkeypatch, error):
    """What the machine refuses is one sentence and status 1."""

    def refused(*_, **__):
        raise error

    monkeypatch.setattr("pytest_cerebras.run.runs.runs", refused)
    result = CliRunner().invoke(command.run, ["--", "true"])
    assert result.exit_code == 1
    said = getattr(error, "strerror", error)
    assert result.stderr == f"Error: the mock can't be started on this machine: {said}\n"


@pytest.mark.parametrize(("code", "status"), [("", 1), ("import sys; sys.exit(7)", 7)])
def test_report_not_written(run, tmp_path, code, status):
    """A report that can't be written is told, and does not hide the status of the command."""
    (tmp_path / "r.xml").symlink_to("r.xml")
    reports = ("--report", "r.xml", "--report", "r.json")
    ended = run(*reports, "--", sys.executable, "-c", code)
    assert ended.returncode == status
    assert "can't write r.xml: Too many levels of symbolic links" in ended.stderr
    assert "written: r.json" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("given", ["nan", "inf", "-inf", "0", "-1", "1e-7", "1e7", "x", "", "1_0_"])
def test_time_scale(given):
    """Time is scaled by a number that leaves every wait finite."""
    result = CliRunner().invoke(command.run, ["--time-scale", given, "--", "true"])
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert f"should be a number from 0.000001 to 1000000, found {given!r}" in said


def test_faster(run, app):
    """Time may pass faster for the mock."""
    ended = run("--scenario", "rate-limit", "--time-scale", "0.01", "--", *app())
    assert ended.stdout == "429\n"
    assert "Retry-After" in ended.stderr


def test_blocked(run):
    """Other hosts get nothing where that is wanted, and are named."""
    code = """
import urllib.request
try:
    urllib.request.urlopen("https://other.example/")
except OSError as error:
    print(error)
"""
    ended = run("--others", "block", "--", sys.executable, "-c", code)
    assert "403" in ended.stdout
    assert "not answered: other.example: 1 x refused by the proxy" in ended.stderr


LEAVES = """
import signal, sys, time

came = []

def leave(*_):
    print("left", flush=True)
    came.append(True)

for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(one, leave)
print("ready", flush=True)
while not came:
    time.sleep(0.01)
time.sleep(1)  # longer than it takes to pass a signal on, so that one that comes twice is seen
sys.exit({status})
"""


@pytest.fixture
def signaled(tmp_path):
    """Return a function that runs an app, signals the command, and returns how this ended."""

    def do(number, send, *arguments, status):
        app = (sys.executable, "-c", LEAVES.format(status=status))
        with subprocess.Popen(
            [sys.executable, "-m", "pytest_cerebras.run", *arguments, "--", *app],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout.readline() == "ready\n"
            send(process.pid, number)
            try:
                out, said = process.communicate(timeout=60)
            finally:
                process.kill()
        return process.returncode, out, said

    return do


@pytest.mark.usefixtures("heeding")
@pytest.mark.parametrize("send", [os.kill, os.killpg])  # as another program, and as a terminal
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals(signaled, number, send):
    """The command gets a signal once, and answers it; what it has asked is told all the same."""
    status, out, said = signaled(number, send, status=4)
    assert (status, out) == (4, "left\n")
    assert "healthy: exit status 4, 0 requests" in said


@pytest.mark.usefixtures("heeding")
@pytest.mark.parametrize("send", [os.kill, os.killpg])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal_ends_the_series(signaled, tmp_path, number, send):
    """After a signal no further scenario is played, however well the command has ended."""
    series = ("--chaos", "healthy,rate-limit,wrong-key", "--report", "r.json")
    status, out, said = signaled(number, send, *series, status=0)
    assert (status, out) == (128 + number, "left\n")
    assert f"ended by {number.name}: 2 scenarios not played" in said
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert [cell["scenario"] for cell in report["cells"]] == ["healthy"]


def test_part_of_the_command_line():
    """``cerebras-mock`` has it among its commands."""
    code = "from pytest_cerebras.command import main; main()"
    shown = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False
    )
    assert "  run  " in shown.stdout
