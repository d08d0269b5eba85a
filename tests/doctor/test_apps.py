"""Small apps of many styles: each mistake in them is found, and nothing else."""

import re
from pathlib import Path

import pytest

from mockserver.api.contract import editions
from mockserver.doctor.python_source import findings

FOLDER = Path(__file__).parent / "apps"
APPS = sorted(app for app in FOLDER.glob("*.py") if app.name != "conftest.py")
MARK = re.compile(r"# found: (.+)")
NEWEST = editions.load("2026-11")


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.stem)
def test_app(app):
    """What is found in an app is what its lines are marked with."""
    text = app.read_text("utf-8")
    marked = [
        (line, name)
        for line, code in enumerate(text.splitlines(), 1)
        if (mark := MARK.search(code))
        for name in sorted(mark[1].split(", "))
    ]
    assert [(one.line, one.rule) for one in findings(text, app.name, NEWEST)] == marked


def test_enough_apps():
    """Some have mistakes, and as many have none."""
    clean = [app.stem for app in APPS if not MARK.search(app.read_text("utf-8"))]
    assert len(APPS) >= 15
    assert len(clean) >= 6
