"""The editions that are shipped, as files."""

from __future__ import annotations

from importlib.resources import files


def names() -> list[str]:
    """Return the names of the shipped editions."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def text_of(name: str) -> str:
    """Return the YAML text of a shipped edition."""
    return (files(__name__) / f"{name}.yaml").read_text("utf-8")
