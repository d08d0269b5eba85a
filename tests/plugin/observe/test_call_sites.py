"""Which line is the app's own."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from inspect import currentframe
from pathlib import Path

import httpx
import pytest

from pytest_cerebras.observe.call_sites import call_site, packages_below

HERE = os.path.relpath(__file__)


def test_own_line():
    """The innermost line of the user's own code is found."""
    assert call_site() == (HERE, currentframe().f_lineno)


def test_through_a_library():
    """Frames of Python and of installed packages are passed over."""
    found = []

    def note(_):
        found.append(call_site())
        raise httpx.ConnectError("enough")

    transport = httpx.MockTransport(note)
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ConnectError):
        client.get("http://127.0.0.1")
    assert found[0][0] == HERE


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("/x/site-packages/sdk/a.py", {"sdk"}),
        ("/x/site-packages/pytest_cerebras/a.py", set()),
        ("/x/site-packages/mockserver/a.py", set()),
    ],
)
def test_packages(file, package):
    """An installed package counts, but this one does not, even if it is installed from a wheel."""
    found = []
    names = {"note": lambda: found.extend(packages_below(currentframe().f_back))}
    exec(compile("note()", file, "exec"), names)  # noqa: S102
    assert set(found) == package


def test_none_of_the_app():
    """Where only Python itself runs there is no line."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(call_site).result() is None


def test_elsewhere(tmp_path, monkeypatch):
    """A file that is not below the working directory has its whole path."""
    monkeypatch.chdir(tmp_path)
    script = tmp_path.parent / "elsewhere.py"
    found = {}
    exec(compile("site = call_site()", str(script), "exec"), {"call_site": call_site}, found)  # noqa: S102
    assert found["site"] == (str(script), 1)


def test_bounded():
    """Frames are looked through up to a bound."""

    def deeper(times):
        code = compile("again(times)", "<made>", "exec")
        if not times:
            return call_site()
        found = {}
        names = {"again": lambda left: found.update(site=deeper(left)), "times": times - 1}
        exec(code, names)  # noqa: S102
        return found["site"]

    assert deeper(3)[0] == HERE


@pytest.mark.cerebras_mock
def test_of_a_thread_and_a_task(cerebras_mock):
    """The mock knows the line of each request, whoever sends it."""
    url = f"{cerebras_mock.openai_url}/models"
    headers = {"authorization": "Bearer csk-0"}

    def ask():
        httpx.get(url, headers=headers)

    async def ask_too():
        async with httpx.AsyncClient() as client:
            await client.get(url, headers=headers)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    asyncio.run(ask_too())
    lines = Path(__file__).read_text("utf-8").splitlines()
    sites = [one.request.sender.site for one in cerebras_mock.requests]
    assert [file for file, _ in sites] == [HERE, HERE]
    assert [lines[number - 1].strip() for _, number in sites] == [
        "httpx.get(url, headers=headers)",
        "await client.get(url, headers=headers)",
    ]
