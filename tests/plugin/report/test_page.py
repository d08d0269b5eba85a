"""The page: complete, escaped, and without need of anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from pytest_cerebras.report.matrix_results import Cell, Drawn, Judged, Played, Seen
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report

EVIL = "<script>alert('&')</script>\x07"
SEEN = Seen(
    1, EVIL, 0.0, 1, 1, None, None, 429, 3, 0, EVIL, (EVIL,), ("overload",),
    (Drawn(0.0, 1.0, "wait", EVIL),),
)  # fmt: skip
PLAYED = Played(EVIL, (SEEN,), (Judged(EVIL, EVIL, EVIL, (1,)),))
CELL = Cell(EVIL, EVIL, EVIL, "failed", 1.0, 0, EVIL, (PLAYED,), (), ("overload",))


def test_escaped():
    """No name of anything becomes markup."""
    page = html(Report.of([CELL]))
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.append(tag)
    parser.feed(page)
    assert "script" not in tags
    assert "\x07" not in page
    assert "&lt;script&gt;" in page


def test_alone():
    """It loads nothing and runs nothing."""
    page = html(Report.of([CELL]))
    assert not re.search(r'(src|href)="(?!#)|url\(|@import', page)


def test_links_lead_somewhere():
    """Each link within the page has its target."""
    page = html(Report.of([CELL]))
    links, targets = re.findall(r'href="#([^"]+)"', page), re.findall(r' id="([^"]+)"', page)
    assert "cell-1" in links
    assert set(links) <= set(targets)
    assert len(targets) == len(set(targets))


def test_empty():
    """A run without any cell has a page too."""
    assert "No test used the mock" in html(Report.of([]))


def test_cells_that_say_nothing():
    """They are counted apart, and say why; parameters are shown."""
    found = [
        replace(CELL, id=f"t[{outcome}]", outcome=outcome, reason="so it was", parameters={"a": 1})
        for outcome in ("not-met", "left-out")
    ]
    page = html(Report.of(found))
    for outcome, word in (("not-met", "not met"), ("left-out", "left out")):
        assert f'<span class="is {outcome}">1 {word}</span>' in page
    assert page.count("<dd>so it was</dd>") == page.count("<dd>a=1</dd>") == 2
