"""The exceptions that may end a test under search: ``cerebras_search(allows=[...])``."""

from __future__ import annotations

import pytest

from pytest_cerebras.settings.names import SEARCH


def allowed_errors(item: pytest.Item) -> tuple[type[BaseException], ...]:
    """Return the exceptions that the markers of a test allow. Raises UsageError."""
    found: list[type[BaseException]] = []
    for marker in item.iter_markers(SEARCH):
        keys = dict(marker.kwargs)
        allows = keys.pop("allows", ())
        listed = allows if isinstance(allows, (list, tuple)) else [allows]
        wrong = _wrong(marker.args, keys, listed)
        if wrong:
            raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{SEARCH}: {wrong}")
        found += listed
    return tuple(dict.fromkeys(found))


def _wrong(
    names: tuple[object, ...], unknown: dict[str, object], listed: list[object] | tuple[object, ...]
) -> str:
    """Return the mistake in a marker, in a few words; empty if there is none."""
    if names or unknown:
        return f"takes only allows=[...], found {next(iter([*names, *unknown]))!r}"
    for each in listed:
        if not (isinstance(each, type) and issubclass(each, BaseException)):
            return f"allows should list exception types, found {each!r}"
    return ""
