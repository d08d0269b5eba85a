"""The variables that point clients at the mock."""

from __future__ import annotations

import pytest

from pytest_cerebras.session.base_urls import base_urls
from pytest_cerebras.session.failure import told_of_path

URL = "http://127.0.0.1:1"
ASK = """
import os
import pytest
from openai import OpenAI

def ask(base_url):
    with OpenAI(base_url=base_url, max_retries=0) as client:
        return client.models.list()

def test_it(cerebras_mock):
    ask(WHERE)
    assert cerebras_mock.requests[0].request.path == "/v1/models"
"""
FORGIVEN = (
    "warning: the path has {}, which works only with the base URL that the plugin sets; the mock "
    "answered, but the real API would answer 404: where you set the URL yourself, *"
)
MODES = pytest.mark.parametrize("mode", ["server", "respx"])


@pytest.mark.parametrize(
    ("known", "path"),
    [
        ("", "/mock/"),
        ("http://127.0.0.1:8080", "/mock/"),
        ("https://api.openai.com/", "/mock/"),
        ("https://notcerebras.ai/", "/mock/"),
        ("https://gateway.example/llm", "/mock/"),
        ("http://[", "/mock/"),
        ("nonsense", "/mock/"),
        ("http://127.0.0.1:2/mock/v1", "/mock/"),
        ("https://api.cerebras.ai/mock/v1", "/mock/"),
        ("https://gateway.example/v1/", "/v1"),
        ("https://api.cerebras.ai", ""),
        ("https://api.cerebras.ai/", "/"),
        ("https://api.cerebras.ai/v1/", "/v1/"),
        ("https://api.cerebras.ai/v1/v1", "/v1/v1"),
    ],
)
def test_form(known, path):
    """A value of the user's that tells its form keeps that; any other can be read in all ways."""
    assert base_urls(URL, {"CEREBRAS_BASE_URL": known})["CEREBRAS_BASE_URL"] == URL + path


def test_others():
    """The others usually have a ``/v1``; each goes by what it was itself."""
    outside = {"CEREBRAS_BASE_URL": "https://api.cerebras.ai", "OPENAI_BASE_URL": "https://a/v1"}
    assert base_urls(URL, outside) == {
        "CEREBRAS_BASE_URL": URL,
        "CEREBRAS_API_BASE": f"{URL}/mock/v1/",
        "OPENAI_BASE_URL": f"{URL}/v1",
    }


@MODES
@pytest.mark.parametrize(
    ("variable", "added", "form"),
    [
        ("CEREBRAS_BASE_URL", "", "no /v1"),
        ("CEREBRAS_API_BASE", "v1", "/v1 twice"),
        ("OPENAI_BASE_URL", "/v1", "/v1 twice"),
    ],
)
def test_forgiven(run, monkeypatch, mode, variable, added, form):
    """What fails only for the plugin's own value is answered, and that is told once."""
    monkeypatch.delenv(variable, raising=False)
    code = ASK.replace("WHERE", f"os.environ['{variable}'] + '{added}'")
    code += code[code.index("def test_it") :].replace("test_it", "test_again")
    result = run(code, "--cerebras-mode", mode, "--cerebras-strict")
    result.assert_outcomes(passed=2)
    told = [line for line in result.outlines if line.startswith("warning: the path has")]
    assert len(told) == 1
    result.stdout.fnmatch_lines(["*Cerebras: base URLs*", FORGIVEN.format(form)])


@MODES
def test_nothing_to_tell(run, monkeypatch, mode):
    """A client that the value suits is told nothing."""
    monkeypatch.delenv("CEREBRAS_BASE_URL", raising=False)
    code = ASK.replace("WHERE", "os.environ['CEREBRAS_BASE_URL'] + 'v1'")
    result = run(code, "--cerebras-mode", mode)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*base URL*")


@MODES
@pytest.mark.parametrize(
    ("where", "path", "fix"),
    [
        ("os.environ['CEREBRAS_BASE_URL']", "/models", "add /v1 to the base URL: *"),
        ("os.environ['OPENAI_BASE_URL']", "/v1/v1/models", "write /v1 once: *"),
        ("cerebras_mock.url", "/models", "add /v1 to the base URL: *"),
        ("cerebras_mock.openai_url + '/v1'", "/v1/v1/models", "write /v1 once: *"),
    ],
)
def test_own_mistake(run, monkeypatch, mode, where, path, fix):
    """What the user has written is as wrong as at the real API, and the failure says why."""
    monkeypatch.setenv("CEREBRAS_BASE_URL", "https://api.cerebras.ai")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.cerebras.ai/v1/v1")
    result = run(ASK.replace("WHERE", where), "--cerebras-mode", mode)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*NotFoundError*", f"#1 GET {path} -> 404*", f"*fix:  {fix}"], consecutive=False
    )
    result.stdout.no_fnmatch_line("*Cerebras: base URLs*")


def test_shown_of_a_failure(run, monkeypatch):
    """A test that fails shows which request it was."""
    monkeypatch.delenv("CEREBRAS_BASE_URL", raising=False)
    code = ASK.replace("WHERE", "os.environ['CEREBRAS_BASE_URL']") + "    assert 0\n"
    run(code).stdout.fnmatch_lines(
        ["#1 GET /v1/models -> 200*", "    /models: the path has no /v1, which works only *"]
    )


def test_once_for_all_paths(engine, ask, now):
    """A client that asks several paths in the same way is told once."""
    running = engine()
    told = set()
    for path in ("/models", "/chat/completions"):
        exchange = running.handle(ask(f"/v1{path}"), now=now)
        exchange.sent_path = path
        told.add(told_of_path(exchange, running.edition))
    assert len(told) == 1
    assert told != {""}


def test_forgiven_is_said_of_the_api(engine, ask, now):
    """What the mock forgives is wrong at the real API, so its URL is the right one."""
    running = engine()
    exchange = running.handle(ask("/v1/models", headers={"host": "127.0.0.1:1"}), now=now)
    exchange.sent_path = "/models"
    assert "https://api.cerebras.ai/v1 (" in told_of_path(exchange, running.edition)
