"""Runs the search as a user does, and reads what it prints and keeps."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from pytest_cerebras.search.found import FOLDER

FOUND = re.compile(r"([A-Za-z][\w-]*)(?: at (\S+:\d+))?(?: after [\w ]+)?: (.*)")


def search(run, code, *arguments, budget="150", **keys):
    """Run the search; return the result, and the causes that it found."""
    result = run(code, f"--cerebras-search={budget}", *arguments, **keys)
    lines = list(map(str, result.outlines))
    lines = [line for line in lines if not line.startswith("[gw")]
    begun = [line for above, line in pairwise(lines) if re.fullmatch("_+ .* under .* _+", above)]
    return result, [FOUND.fullmatch(line).groups() for line in begun]


def listed(result):
    """Return the lines of the section on the search."""
    lines = list(map(str, result.outlines))
    begin = next(at for at, line in enumerate(lines) if "Cerebras: search" in line)
    rest = lines[begin + 1 :]
    end = next((at for at, line in enumerate(rest) if line.startswith(("=", "!", "FAILED"))), None)
    return rest[:end]


def files():
    return sorted(Path(FOLDER).glob("*.yaml"))
