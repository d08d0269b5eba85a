"""The pictures of the report: taken by the commands that stand beside them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
SIZES = {
    "report-dark.png": (1000, 1000),
    "report-light.png": (1000, 1000),
    "report-narrow.png": (400, 1000),
}


def sizes(folder):
    """Return the width and the height of each picture."""
    return {
        file.name: struct.unpack(">II", file.read_bytes()[16:24])
        for file in sorted(folder.glob("*.png"))
    }


def test_pictures():
    """They are as large as they should be, and no file is over 250 KB."""
    assert sizes(DOCS / "images") == SIZES
    assert [file.name for file in DOCS.glob("images/*") if file.stat().st_size > 250_000] == []


@pytest.mark.skipif(
    shutil.which("chromium") is None and "REQUIRE_CHROMIUM" not in os.environ,
    reason="there is no chromium here",
)
def test_commands(tmp_path):
    """The commands make the report and take its pictures; the report's bot fails, as it is said."""
    shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("*.png"))
    (block,) = re.findall(
        r"```bash\n(.*?)```", (DOCS / "images/README.md").read_text("utf-8"), re.DOTALL
    )
    statuses = []
    for line in block.splitlines():
        python, *arguments = shlex.split(line)
        assert python == "python"
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            timeout=120,
            capture_output=True,
            check=False,
        )
        statuses.append(done.returncode)
    assert statuses == [1, 0]
    assert sizes(tmp_path / "docs/images") == SIZES
