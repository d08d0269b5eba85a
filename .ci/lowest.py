"""
The lowest versions that pyproject.toml allows at run time.

Prints them as constraints for pip. With ``--check``, fails unless exactly these versions are
installed. Of the extras, only ``cluster`` is included, because the tests use it. The packages of
the other extras, such as the tools of the tests, stay at their newest versions.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest(dependencies: list[str]) -> dict[str, str]:
    """Return the lower bound of each dependency. Raises ValueError for one that has none."""
    bounds = {}
    for dependency in dependencies:
        found = re.match(r"([\w.-]+)(?:\[.*?\])?[^;]*?>=\s*([\w.]+)", dependency)
        if found is None:
            raise ValueError(f"the dependency {dependency!r} has no lower bound, such as >=1.0")
        bounds[found[1]] = found[2]
    return bounds


def release(text: str) -> str:
    """Return a version without the zeros at its end: 9 for 9.0.0, because both are the same."""
    return re.sub(r"(\.0)+$", "", text)


def differences(bounds: dict[str, str]) -> list[str]:
    """Return a sentence for each dependency that is installed in another version, or not at all."""
    found = []
    for name, bound in bounds.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            found.append(f"{name} is not installed")
            continue
        if release(installed) != release(bound):
            found.append(f"{name} {installed} is installed, and the lower bound is {bound}")
    return found


def main(*arguments: str) -> str | None:
    """Print the constraints, or check what is installed; return what is wrong."""
    try:
        project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
        bounds = lowest(project["dependencies"] + project["optional-dependencies"]["cluster"])
    except ValueError as error:
        return f"{PROJECT.name}: {error}"
    if arguments == ("--check",):
        return "\n".join(differences(bounds)) or None
    print(*(f"{name}=={bound}" for name, bound in bounds.items()), sep="\n")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
