"""Who is to blame for an exception: the app, which stumbled, or nobody, because it may end so."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import import_module
from types import SimpleNamespace

import httpx
import pytest
from cerebras.cloud.sdk import APIConnectionError, Cerebras
from pydantic import BaseModel

from pytest_cerebras.search.blame import blame, site_of


class AppError(Exception):
    """An error of an app."""


class Answer(BaseModel):
    """What an app parses."""

    city: str


def caught(act):
    try:
        act()
    except BaseException as error:  # noqa: BLE001 (as pytest does)
        return error
    raise RuntimeError


@pytest.fixture
def imported(monkeypatch):
    """
    Return a function that imports a module from a folder.

    It removes the module after the test, because inner runs have modules of the same name.
    """
    names = []

    def load(name, folder):
        monkeypatch.syspath_prepend(folder)
        names.append(name)
        return import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


def raising(error):
    def act():
        raise error

    return act


def grouped():
    async def tasks():
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(lambda: {}["choices"]))

    asyncio.run(tasks())


def asserting():
    answer = ""
    assert answer


class Prediction:
    """A class of a library that names what it lacks."""

    def __getattr__(self, name):
        raise AttributeError(name)


BUGS = {
    "missing attribute": lambda: Prediction().outputs,
    "missing key": lambda: {}["choices"],
    "empty list": lambda: list[str]()[0],
    "none": lambda: None.choices,
    "not JSON": lambda: json.loads("{"),
    "not a number": lambda: float("Mon, 30 Nov"),
    "not UTF-8": b"\xff".decode,
    "assertion of the test": asserting,
    "in a task group": grouped,
}
OWN = {
    "its own": raising(AppError("no answer")),
    "a built-in, raised on purpose": raising(ValueError("no answer")),
    "of a library": lambda: Answer.model_validate_json('{"ci'),
    "skipped": lambda: pytest.skip("not now"),
}


def half_body():
    def answer(_):
        return httpx.Response(200, content=b'{"id', headers={"content-type": "application/json"})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    key = "csk-" + "0" * 20
    with Cerebras(api_key=key, http_client=http, warm_tcp_connection=False) as client:
        said = [{"role": "user", "content": "ping"}]
        client.chat.completions.create(model="gpt-oss-120b", messages=said)


PASSED_ON = {
    "over which the SDK stumbled": half_body,
    "of the SDK": raising(APIConnectionError(request=httpx.Request("GET", "http://a"))),
    "of HTTP": raising(httpx.ReadTimeout("slow")),
    "of the system": raising(ConnectionResetError()),
    "time-out": raising(TimeoutError()),
}


@pytest.mark.parametrize("act", BUGS.values(), ids=BUGS)
def test_bugs(act):
    """An app that stumbles has a bug, and so has one whose wrong result reaches the assertion."""
    assert blame(caught(act)) == "bug"


@pytest.mark.parametrize("act", OWN.values(), ids=OWN)
def test_own(act):
    """An app may end with an error that somebody chose."""
    assert blame(caught(act)) == "own"


@pytest.mark.parametrize("act", PASSED_ON.values(), ids=PASSED_ON)
def test_passed_on(act):
    """An app may pass on an error of its client."""
    assert blame(caught(act)) == "passed-on"


def test_allowed():
    """What the marker allows is no bug, in a group neither; subclasses are meant as well."""
    assert blame(caught(BUGS["missing key"]), (LookupError,)) == "own"
    assert blame(caught(grouped), (KeyError,)) == "own"
    assert blame(caught(BUGS["missing key"]), (ValueError,)) == "bug"


def about_requests(cerebras_mock):
    calls = cerebras_mock.calls
    assert len(calls) == 5


def about_journal(cerebras_mock):
    assert cerebras_mock.requests == []


def about_result(cerebras_mock):
    assert cerebras_mock.calls[0].last.text == "doubled"


def delivered(cerebras_mock):
    cerebras_mock.assert_delivered("something else")


def counted(cerebras_mock):
    cerebras_mock.assert_requests(7)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (about_requests, "own"),
        (about_journal, "own"),
        (counted, "own"),
        (about_result, "bug"),
        (delivered, "bug"),
    ],
)
def test_assertions_on_the_mock(cerebras_client, cerebras_mock, test, expected):
    """Faults change the number of requests rightly, but not what the app makes of an answer."""
    said = [{"role": "user", "content": "ping"}]
    cerebras_client.chat.completions.create(model="gpt-oss-120b", messages=said)
    assert blame(caught(lambda: test(cerebras_mock))) == expected


def test_a_name_like_the_mocks():
    """Only the mock's own values count, whatever they are called."""
    cerebras_mock = SimpleNamespace(calls=[])
    assert blame(caught(lambda: about_requests(cerebras_mock))) == "bug"


def test_site_of_a_look_up(tmp_path, imported):
    """A look-up that fails is to mend where it is made, not in the method that finds nothing."""
    package = tmp_path / "site-packages" / "library"
    package.mkdir(parents=True)
    text = "class Box:\n    def __getattr__(self, name):\n        raise AttributeError(name)\n"
    (package / "__init__.py").write_text(text)
    library = imported("library", package.parent)
    site = site_of(caught(lambda: library.Box().text), __file__)
    assert site.partition(":")[0].endswith("test_blame.py")


def test_site_in_package(tmp_path, imported):
    """A bug in a package is at the package's line, so that all its callers show one bug."""
    package = tmp_path / "site-packages" / "frame_work"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "import json\n\ndef parse(text):\n    return json.loads(text)\n"
    )
    frame_work = imported("frame_work", package.parent)
    assert site_of(caught(lambda: frame_work.parse("{")), __file__) == "frame_work/__init__.py:4"


def test_site(tmp_path, monkeypatch, imported):
    """The place of a bug is the app's innermost line, else the test's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(
        "import json\n\ndef parse(text):\n    return json.loads(text)\n"
    )
    app = imported("app", tmp_path)
    error = caught(lambda: app.parse("{"))
    assert site_of(error, __file__) == "app.py:4"
    own = caught(BUGS["missing key"])
    assert site_of(own, __file__).partition(":")[0].endswith("test_blame.py")
