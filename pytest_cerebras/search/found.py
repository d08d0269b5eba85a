"""
Keeps the stories that broke a test, as scenario files in ``.cerebras/found``.

Each file is an ordinary scenario. ``source`` names the test, and comments show the time line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mockserver.core.credentials import redacted
from mockserver.core.errors import MockServerError
from mockserver.core.scalars import dumped
from mockserver.scenario import Scenario, load

from .outcome import Failure
from .story import Story, document_of, file_name_of, sentence_of

FOLDER = Path(".cerebras", "found")
PASSED_ON = "passed-on"
"""The tag of a story in which the app passes on an error of its client instead of catching it."""
UNFINISHED = "not-yet-minimal"
"""The tag of a story whose shrinking was stopped; the next search continues the shrinking."""
_FIXED = "fixed"
_EXPECT = "The test passes, or ends in an allowed way."


@dataclass(frozen=True, slots=True)
class Found:
    """A story on disk: its file, the test that it broke, and the scenario that plays it."""

    file: Path
    test: str
    scenario: Scenario


def found_in(root: Path) -> list[Found]:
    """Return the stories that earlier searches kept below ``root``. Raises UsageError."""
    return list(_read(sorted((root / FOLDER).glob("*.yaml"))))


def _read(files: Iterable[Path]) -> Iterator[Found]:
    for file in files:
        try:
            scenario = load(str(file))
        except MockServerError as error:
            raise pytest.UsageError(f"--cerebras-search: {error}") from None
        yield Found(file, scenario.source, scenario)


def write(
    root: Path,
    test: str,
    story: Story,
    failure: Failure,
    timeline: str,
    *,
    is_final: bool = True,
) -> Path:
    """Write a story that breaks a test, and return the path of its file."""
    tags = ["found"]
    tags += [PASSED_ON] if failure.passed_on else []
    tags += [] if is_final else [UNFINISHED]
    file = root / FOLDER / file_name_of(story, test, failure.cause.what)
    keys = {
        "version": 1,
        "name": document_of(story)["name"],
        "description": f"{sentence_of(story)} Then: {failure.sentence}",
        "source": test,
        "expect": _EXPECT,
        "tags": tags,
        "rules": document_of(story)["rules"],
    }
    comments = [f"# {line}".rstrip() for line in ("What happened:", *timeline.splitlines())]
    body = "".join(dumped({key: value}) for key, value in keys.items())
    text = redacted("\n".join([*comments, body]))
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)  # a process must never read half a file
    return file


def keep_as_fixed(one: Found) -> Path:
    """Move the file of a story that no longer breaks its test, and return the new path."""
    target = one.file.parent / _FIXED / one.file.name
    target.parent.mkdir(exist_ok=True)
    one.file.replace(target)
    return target
