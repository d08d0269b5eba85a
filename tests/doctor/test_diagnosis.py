"""The findings in an environment and under a path, sorted and counted."""

from __future__ import annotations

import ast
import json
import socket
import time
from pathlib import Path

import pytest

from mockserver.core.errors import UnknownNameError
from mockserver.doctor.diagnosis import Diagnosis, diagnose, served, sorted_and_folded
from mockserver.doctor.finding import Finding

ROOT = "https://api.cerebras.ai"
CLIENT = f"from cerebras.cloud.sdk import Cerebras\nc = Cerebras(base_url='{ROOT}/v1/v1')\n"
SCRIPT = f"export CEREBRAS_BASE_URL={ROOT}/v1/v1\n"


@pytest.fixture
def found(put, today):
    """Return a function that writes files, and gives the place and the rule of each finding."""

    def look(files, environ=None):
        put(files)
        some = diagnose(Path(), environ or {}, {}, today).findings
        return [(f"{one.place}:{one.line}", one.rule) for one in some]

    return look


def test_kinds_of_files(found):
    """Python is read by its tree, cells of notebooks too, other files by their text."""
    cell = {"cell_type": "code", "source": CLIENT}
    files = {"a.py": CLIENT, "b.sh": SCRIPT, "c.ipynb": json.dumps({"cells": [cell]})}
    two = [place for place, rule in found({**files, ".env": SCRIPT}) if rule == "two-v1"]
    assert two == [".env:1", "a.py:2", "b.sh:1", "c.ipynb:cell 1:2"]


def test_environment_and_code(found):
    """A variable that code reads for an unknown client is not accused, wherever it is set."""
    environ = {"CEREBRAS_BASE_URL": f"{ROOT}/v1"}
    files = {
        "deploy.sh": f"export CEREBRAS_BASE_URL={ROOT}/v1\n",
        ".env": f"CEREBRAS_BASE_URL={ROOT}/v1",
    }
    assert [place for place, _ in found(files, environ)] == [
        ".env:1",
        "CEREBRAS_BASE_URL:0",
        "deploy.sh:1",
    ]
    reading = {
        "a.py": 'import os, openai\nopenai.OpenAI(base_url=os.environ["CEREBRAS_BASE_URL"])\n'
    }
    assert [one for one in found({**files, **reading}, environ) if "a.py" not in one[0]] == []


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("from cerebras.cloud.sdk import Cerebras", True),
        ("import agno.models.cerebras", True),
        ("import openai\nopenai.OpenAI(base_url=cerebras_url())", False),
        ("class Settings(BaseSettings):\n    cerebras_base_url: str\n", False),
    ],
)
def test_who_reads(found, code, is_told):
    """The variable of the SDK is only right or wrong where code has the SDK."""
    files = {".env": f"CEREBRAS_BASE_URL={ROOT}/v1", "app.py": code}
    assert (found(files) == [(".env:1", "two-v1")]) is is_told
    settings = {"settings.py": "class Settings:\n    cerebras_base_url: str  # of Cerebras\n"}
    assert found({**files, **settings}) == []


def test_certificates_of_a_file(found):
    """A path in a file may be one of another machine."""
    assert found({".env": "SSL_CERT_FILE=/etc/ssl/theirs.pem"}) == []


def test_sorted_and_folded():
    """The worst comes first; the first of a kind counts the others of its file."""

    def finding(place, line, severity="warning", what="what"):
        return Finding(place, line, "rule", severity, what, "fix", "https://example.com")

    some = [finding("a", line) for line in (9, 2, 5, 5)]
    more = [finding("b", 7), finding("a", 4, what="other"), finding("z", 1, "error")]
    assert [(one.place, one.line, one.more) for one in sorted_and_folded([*some, *more])] == [
        ("z", 1, 0),
        ("a", 2, 2),
        ("a", 4, 0),
        ("b", 7, 0),
    ]


@pytest.mark.parametrize(
    ("diagnosis", "summary"),
    [
        (Diagnosis((), 120), "nothing found in 120 files and the environment"),
        (
            Diagnosis((Finding("a", 1, "r", "error", "w", "f", "s"),), 1),
            "1 finding in 1 file and the environment",
        ),
        (
            Diagnosis((), 10_000, 2, cut_off=True),
            (
                "nothing found in 10,000 files and the environment; 2 files could not be read; "
                "there are more files, so name a smaller folder"
            ),
        ),
    ],
)
def test_summary(diagnosis, summary):
    assert diagnosis.summary == summary


def test_served():
    """Today's API by default; real keys begin with csk-, unless an edition says how."""
    assert (served(None).name, served(None).keys.prefix) == ("2026-11", "csk-")
    assert (served("2025-10").name, served("2025-10").keys.prefix) == ("2025-10", "csk-")
    with pytest.raises(UnknownNameError):
        served("2001-01")


def test_offline(found, monkeypatch):
    """Nothing is sent."""

    def fail(*_, **__):
        raise AssertionError("a socket was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, fail)
    environ = {"CEREBRAS_API_KEY": "csk-4f1d", "CEREBRAS_BASE_URL": ROOT}
    assert found({"a.py": CLIENT, "b.sh": SCRIPT}, environ)


def test_is_fast(put, today):
    """A thousand files, a tenth of them about this API."""
    line = "value = compute(first, second)  # a line of code\n" * 100
    texts = {f"p{at % 20}/m{at}.py": line + CLIENT * (at % 10 == 0) for at in range(700)}
    put({**texts, **{f"q{at % 20}/m{at}.ts": line * 2 for at in range(300)}})
    began = time.process_time()
    found = diagnose(Path(), {}, {}, today)
    assert time.process_time() - began < 5
    assert found.files == 1000
    assert len([one for one in found.findings if one.rule == "two-v1"]) == 70


def test_walks_once(found, monkeypatch):
    """However many rules look at a file, its tree is not walked again for each of them."""
    walk = ast.walk
    walked = list[ast.AST]()

    def counted(node):
        walked.append(node)
        return walk(node)

    monkeypatch.setattr(ast, "walk", counted)
    post = f'requests.post("{ROOT}/v1/models", headers=h, json=j)\nh = j = {{}}\n'
    assert found({"a.py": f"import requests\n{CLIENT}{post * 9}"})
    assert not [one for one in walked if isinstance(one, ast.Module)]
