"""Programs that fetch URLs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pytest_cerebras.egress import EscapeError, guarded
from pytest_cerebras.egress.child.cerebras_fetchers import fetched
from pytest_cerebras.egress.child.cerebras_hosts import is_real

URL = "https://api.cerebras.ai/v1/models"
HOST = "Host: api.cerebras.ai"
HOSTS = {"URL": "api.cerebras.ai"}
FETCHES = {
    "list": lambda: subprocess.run(["curl", "-s", URL], check=True),
    "path": lambda: subprocess.run([Path("/usr/bin/wget"), "-q", URL], check=True),
    "bytes": lambda: subprocess.run([b"curl", URL.encode()], check=True),
    "no scheme": lambda: subprocess.run(["curl", URL.partition("://")[2]], check=True),
    "shell": lambda: subprocess.run(f"true && curl '{URL}'", shell=True, check=True),
    "system": lambda: os.system(f"curl {URL}"),
    "spawn": lambda: os.posix_spawn("/usr/bin/curl", ["curl", URL], os.environ),
    "exec": lambda: os.execv("/usr/bin/curl", ["curl", URL]),
    "variable": lambda: os.system('h=api.cerebras.ai; curl "https://${h}/URL"'),
    "variables": lambda: os.system("a=https; b=api.cerebras.ai; curl $a://$b/v1  # URL"),
    "environment": lambda: subprocess.run("curl $URL/v1", shell=True, env=HOSTS, check=True),
    "Host": lambda: subprocess.run(["curl", "-H", HOST, "https://192.0.2.1/URL"], check=True),
    "Host in a shell": lambda: os.system(f"curl -H'{HOST}' 192.0.2.1/URL"),
}


@pytest.mark.parametrize("fetch", FETCHES.values(), ids=FETCHES)
def test_fetchers(fetch, sent_by, proxy, monkeypatch):
    """A program that fetches URLs is not started with one of the real API."""
    monkeypatch.setenv("https_proxy", proxy)  # which would be told, were it started
    with guarded() as watch:
        with pytest.raises(EscapeError, match=r"api\.cerebras\.ai was stopped"):
            fetch()
        [sentence] = watch.escapes
    assert "URL" in sent_by(sentence)


@pytest.mark.parametrize(
    ("command", "listed"),
    [
        (["curl", "-K", "list"], f'silent\nurl = "{URL}"\n'),
        (["curl", "-Klist"], f"url={URL}"),
        (["curl", "--config", "list"], f"url {URL}"),
        (["curl", "--config", "list", "http://192.0.2.1"], 'header = "Host: api.cerebras.ai"'),
        (["wget", "-i", "list"], f"http://127.0.0.1/\n{URL}\n"),
        (["wget", "--input-file=list"], URL),
        (["sh", "-c", "curl -K list"], f"url = {URL}"),
    ],
)
def test_lists(tmp_path, proxy, monkeypatch, command, listed):
    """It may have the URL from a file, too."""
    monkeypatch.setenv("https_proxy", proxy)
    (tmp_path / "list").write_text(listed)
    with guarded() as watch:
        with pytest.raises(EscapeError, match=r"api\.cerebras\.ai was stopped"):
            subprocess.run(command, cwd=tmp_path, check=True)
        assert len(watch.escapes) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["curl", "-K", "nowhere"],
        ["curl", "-H", HOST, "http://127.0.0.1:9/", "-d", "see https://192.0.2.1/"],
        ["curl", "-H", HOST, "http://localhost:9/v1", "-K"],
        ["sh", "-c", f"curl -H '{HOST}' http://127.0.0.1:9/ && echo $host"],
        ["curl", "-d", '{"text": "api.cerebras.ai is down"}', "http://127.0.0.1:9/"],
    ],
)
def test_harmless_fetches(arguments):
    """A request to this machine may mention the real host."""
    assert [host for host in fetched("", arguments, None, None) if is_real(host)] == []


HARMLESS = [
    ["echo", URL],
    ["echo", "curl", "-H", "host: api.cerebras.ai", "http://127.0.0.1/", "[:", "no-cerebras.ai"],
]


@pytest.mark.parametrize("command", HARMLESS, ids=["not fetched", "not theirs"])
def test_programs(command):
    """All other programs may run, whatever their arguments."""
    with guarded(others="block") as watch:
        subprocess.run(command, check=True)
        assert not watch.stopped


def test_fetchers_blocked():
    """By choice it is not started with the URL of any other machine."""
    with guarded(others="block"), pytest.raises(EscapeError, match="elsewhere"):
        subprocess.run(["curl", "http://elsewhere.example/"], check=True)


def test_command_line():
    """On Windows the arguments come as one line."""
    assert list(fetched(None, f"curl -s {URL}")) == ["api.cerebras.ai"]
    assert list(fetched("curl", None)) == []
