"""The page for beginners is followed to the letter: its files, its commands and what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs/first-test.md").read_text("utf-8")
APPS = ("An app on the official SDK", "An app on `openai`", "An app behind FastAPI")


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def shows(shown, printed):
    """Whether these lines are among what was printed, in one piece; times differ."""
    spared = "".join(
        r"\d+\.\d+" if re.fullmatch(r"\d+\.\d+", part) else re.escape(part)
        for part in re.split(r"(\d+\.\d+(?= ?s\b))", shown)
    )
    return re.search(f"^{spared}", printed, re.MULTILINE) is not None


@dataclass
class Reader:
    """Does what the page says, in a folder, with a new Python for each command."""

    folder: Path
    printed: str = ""
    done: list[str] = field(default_factory=list)

    def follow(self, language, text):
        """Do what a block of this language says."""
        self.done.append(language)
        getattr(self, language)(text)

    def python(self, text):
        """Write a file, which its first line names."""
        name = re.match(r"# (\w+\.py)\n", text)[1]
        (self.folder / name).write_text(text, "utf-8")

    def bash(self, text):
        """Run a command, and keep what it prints."""
        python, *arguments = shlex.split(text)
        assert python == "python"
        environment = {name: os.environ[name] for name in os.environ if "CEREBRAS" not in name}
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p cerebras"}
        self.printed = subprocess.run(
            [sys.executable, "-B", *arguments],
            cwd=self.folder,
            env={**environment, **alone, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        ).stdout

    def text(self, text):
        """Find in what was printed what the page shows."""
        assert shows(text, self.printed), self.printed


@pytest.mark.parametrize("title", APPS)
def test_app(title, tmp_path):
    """The app has the bug that the page shows, and has it no more after the fix."""
    reader = Reader(tmp_path)
    for language, text in re.findall(r"```(\w+)\n(.*?)```", section(title), re.DOTALL):
        reader.follow(language, text)
    assert reader.done[-3:] == ["python", "bash", "text"]
    assert re.search(r"^\d+ passed in", reader.printed, re.MULTILINE)


def test_own_app(tmp_path):
    """The command for any app finds the bug of the first one, too."""
    reader = Reader(tmp_path)
    app, test = re.findall(r"```python\n(.*?)```", section(APPS[0]), re.DOTALL)[:2]
    (command,) = re.findall(r"```bash\n(.*?)```", section("Your own app"), re.DOTALL)
    for language, text in (("python", app), ("python", test), ("bash", command)):
        reader.follow(language, text)
    assert re.search(r"^\d+\. half-answer at chat\.py:7 ", reader.printed, re.MULTILINE)


def test_everything_is_followed():
    """No snippet stands where nobody runs it, but for the command that installs."""
    followed = [*APPS, "Your own app"]
    blocks = [re.findall(r"```\w+\n.*?```", text, re.DOTALL) for text in map(section, followed)]
    (install,) = re.findall(r"```bash\n(.*?)```", section("Install"), re.DOTALL)
    assert sum(map(len, blocks)) + 1 == len(re.findall(r"```\w+\n", PAGE))
    assert install.startswith("python -m pip install . ")
