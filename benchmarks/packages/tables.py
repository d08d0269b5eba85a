"""Writes docs/measured/packages.yaml and, from it, docs/measured/packages.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .outcome import EMPTY, HALF

_HEAD = """\
# What packages do under faults

This page shows how apps on eight released packages behave under five faults. It is written by
`.ci/measure packages` from [packages.yaml](packages.yaml), which also has the sentences of the
verdicts, and the places in the source that were read. Each cell is a pytest test on the virtual
clock. It runs an app that follows the package's README (`benchmarks/packages/`), with the package's
defaults.

*Half answer*: the app returned a part of an answer, without an exception. The last column of the
first table counts half and empty answers, and says how many of them got a verdict. The column
*source says* is written by hand, after reading the installed code. A verdict on a mistake that the
source rules out is a *contradiction*. A mistake that the source shows, but that got no verdict, is
*unseen*.
"""


def document(date: str, python: str, packages: Mapping[str, Any]) -> str:
    """Return the YAML of all packages: for each, its versions and a cell for each scenario."""
    import yaml

    class Indented(yaml.SafeDumper):
        """Indents lists as well, which is what yamllint wants."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
            super().increase_indent(flow, indentless=False)

    whole = {"date": date, "python": python, "packages": packages}
    text = yaml.dump(whole, Dumper=Indented, sort_keys=False, allow_unicode=True, width=80)
    return f"# Written by .ci/measure packages.\n{text}"


def page(found: Mapping[str, Any]) -> str:
    """Return the page in Markdown: a matrix of outcomes, and a table for each scenario."""
    packages: Mapping[str, Any] = found["packages"]
    scenarios = list(dict.fromkeys(name for one in packages.values() for name in one["cells"]))
    blocks = [
        _HEAD,
        f"Measured on {found['date']} with Python {found['python']}.\n",
        _table(("package", "releases", *scenarios, _TOLD), list(_matrix(packages, scenarios))),
    ]
    return "\n".join([*blocks, *(_section(packages, scenario) for scenario in scenarios)])


_RULE, _TOLD = "half-answer", "half answer"
_COLUMNS = ("package", "outcome", "requests", "real s", "virtual s", "verdicts")
_SOURCE = ("source says", "verdict and source")
_TOOL = ("tool ran",)


def _matrix(packages: Mapping[str, Any], scenarios: Sequence[str]) -> Iterator[Sequence[str]]:
    for name, one in packages.items():
        releases = ", ".join(f"{which} {version}" for which, version in one["versions"].items())
        found = [cell for scenario in scenarios if (cell := one["cells"].get(scenario))]
        outcomes = (short(one["cells"].get(name, {}).get("outcome", "-")) for name in scenarios)
        yield (name, releases, *outcomes, _half_answers(found))


def _half_answers(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return how many half or empty answers were handed on, and how many got a verdict."""
    handed = [cell for cell in cells if cell["outcome"] in (HALF, EMPTY)]
    told = [cell for cell in handed if _RULE in cell["verdicts"]]
    return f"{len(handed)}, {len(told)} with a verdict" if handed else "none"


def _section(packages: Mapping[str, Any], scenario: str) -> str:
    cells = {
        name: one["cells"][scenario] for name, one in packages.items() if scenario in one["cells"]
    }
    tool = _TOOL if any(cell.get("tool ran", "no") != "no" for cell in cells.values()) else ()
    rows = [
        (
            name,
            short(cell["outcome"]),
            *(str(cell.get(key, "?")) for key in ("requests", "seconds", "virtual seconds")),
            ", ".join(cell.get("verdicts", ())) or "none",
            *(str(cell.get(key, "?")) for key in tool),
            cell["source"],
            agreement(cell),
        )
        for name, cell in cells.items()
    ]
    return f"## {scenario}\n\n{_table((*_COLUMNS, *tool, *_SOURCE), rows)}"


def short(outcome: str) -> str:
    """Return an outcome with the class of its error, but without the module."""
    head, bracket, name = outcome.partition(" (")
    return f"{head}: `{name.rstrip(')').rpartition('.')[2]}`" if bracket else head


def agreement(cell: Mapping[str, Any]) -> str:
    """Return whether the verdicts and the source agree, or where they differ."""
    wrong, unseen = cell.get("contradiction", ()), cell.get("unseen", ())
    told = [f"**contradiction**: {', '.join(wrong)}"] if wrong else []
    told += [f"unseen: {', '.join(unseen)}"] if unseen else []
    return "; ".join(told) or "agree"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_escaped, cells))} |\n" for cells in lines)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
