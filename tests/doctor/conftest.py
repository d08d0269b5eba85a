"""What the doctor looks up, shown instead of judged."""

from __future__ import annotations

import pytest

from mockserver.doctor.diagnosis import served
from mockserver.verdicts import mistakes
from mockserver.verdicts.mistakes import Mistake


@pytest.fixture(scope="session")
def today():
    """Return today's edition, as the doctor takes it."""
    return served(None)


@pytest.fixture
def shown(monkeypatch):
    """Replace the table of mistakes by a row that shows each set-up that is looked up."""
    what = "{it.client}|{it.base_url}|{it.path}|{it.authorization}|{it.model}"
    row = Mistake("shown", lambda _: True, what, "none", "https://example.com")
    monkeypatch.setattr(mistakes, "MISTAKES", (row,))


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Return a function that writes files, by path, into the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write
