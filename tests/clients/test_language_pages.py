"""The pages on Node, Go and Java are followed to the letter: files, commands, what is printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
# page: the language of its files, and the command that it needs
PAGES = {"node": ("js", "node"), "go": ("go", "go"), "java": ("java", "java")}
FIRST = "cerebras-mock run "
VARYING = re.compile(r"(\d+\.\d+(?= s\b)|\.\.\.)")


def blocks_of(page):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def shows(shown, printed):
    """Whether this is all that was printed; times differ, and dots stand for the rest of a line."""
    parts = VARYING.split(shown)
    spared = {True: r"\d+\.\d+", False: ".*"}
    wanted = "".join(
        spared[part != "..."] if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )
    return re.fullmatch(wanted, printed) is not None


@pytest.mark.parametrize("page", PAGES)
def test_page(page, tmp_path, run_command):
    """The app has the bug that the page shows, and has it no more after the fix."""
    language, tool = PAGES[page]
    if not (shutil.which(tool) or os.environ.get(f"REQUIRE_{page.upper()}")):
        pytest.skip(f"needs {tool}")
    printed, done = "", []
    for kind, text in blocks_of(page)[1:-1]:  # they install, and are for an app of one's own
        done.append(kind)
        if kind == language:
            name = re.match(r"// (\w+\.\w+)\n", text)[1]
            (tmp_path / name).write_text(text, "utf-8")
        elif kind == "bash":
            (line,) = text.splitlines()
            printed = run_command(tmp_path, *shlex.split(line.removeprefix(FIRST))).stdout
        else:
            assert shows(text, printed), printed
            assert ("(advice)" in text) is (done.count("text") == 1)
    assert done == [language, "bash", "text"] * 2


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_followed(page):
    """Only the first snippet, which installs, and the last one, for another app, are not run."""
    (_, install), *_, (kind, own) = blocks_of(page)
    assert install == 'python -m pip install ".[redirect]"\n'
    assert (kind, own.startswith(f"{FIRST}--chaos ")) == ("text", True)
