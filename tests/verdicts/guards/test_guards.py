"""Each guard that excuses a client: a guilty play, and the same play with one difference."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from mockserver.verdicts import RULES

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("row", "test_guards"))
FAMILIES = [import_module(f"{__package__}.{name}") for name in NAMES]
ROWS = [row for family in FAMILIES for row in family.ROWS]
DOCS = Path(__file__).parents[3] / "docs/verdicts.md"


def named(row):
    return f"{row.rule}-{row.because}".replace(" ", "_")


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_guilty(stage, row):
    """What the client does is a mistake."""
    assert row.rule in row.guilty.titles(stage)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_innocent(stage, row):
    """It is none where one thing is otherwise."""
    assert row.rule not in row.innocent.titles(stage)


def test_each_bullet_has_a_row():
    """Each excuse in the docs has a row, and each row has an excuse in the docs."""
    section = DOCS.read_text("utf-8").partition("## What is excused")[2]
    bullets = re.findall(r"^- \*\*(.+?)\.\*\*", section, re.MULTILINE)
    assert {row.bullet for row in ROWS} == set(bullets)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_has_a_row(rule):
    """Each rule excuses somebody, except the one that only reports what the mock refused."""
    guarded = {row.rule.removesuffix(" (advice)") for row in ROWS}
    assert rule.name in guarded or rule.name == "endless-requests", "tests/verdicts/guards"
