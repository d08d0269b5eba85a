"""
Writes ``faults.md``, the page on the faults: ``python docs/faults.py``.

The descriptions of the faults and of their keys come from the docstrings of the faults. What the
clients do comes from the table in ``measured``. The examples, one for each fault, are below.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc, getdoc
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from mockserver.api.contract.problem import Problem
from mockserver.api.contract.problems import problems
from mockserver.faults import FAMILIES, Fault
from mockserver.faults.corruption import CORRUPTIONS
from mockserver.faults.events import TAMPERINGS
from mockserver.faults.shape import MISSHAPES
from mockserver.scenario.schemas import schema_of

Row: TypeAlias = dict[str, str]
Table: TypeAlias = Iterable[Iterable[str]]

FOLDER = Path(__file__).parent
PAGE = FOLDER / "faults.md"
EXAMPLES: Mapping[str, str] = {
    "error": "{problem: queue_exceeded, retry_after: 2s}",
    "headers": "{set: {x-region: eu}, remove: [x-request-id]}",
    "no_completion": "{kind: page}",
    "wrong_mode": "{}",
    "wrong_shape": "{kind: null_content}",
    "json_patch": "{replace: {/choices/0/index: 7}, remove: [/usage]}",
    "corrupt": "{kind: bad_utf8}",
    "huge": "{bytes: 3000000}",
    "content_type": "{value: text/html}",
    "content_length": "{off_by: 100, stall: true}",
    "gzip": "{kind: truncated}",
    "latency": "{delay: 2s, jitter: 500ms}",
    "slow_body": "{delay: 90s}",
    "stall": "{after_tokens: 5}",
    "keep_alive": "{every: 1s, for: 5m, after_tokens: 5, then: end}",
    "drip": "{every: 400ms}",
    "bandwidth": "{bytes_per_second: 2000}",
    "pace": "{first_token: 200ms, tokens_per_second: 50}",
    "truncate": "{tokens: 5}",
    "empty_answer": "{finish_reason: content_filter}",
    "reasoning_only": "{tokens: 100}",
    "error_event": "{after_tokens: 5, form: flat}",
    "no_finish": "{done: true}",
    "no_done": "{}",
    "no_last_newline": "{}",
    "hang_after_done": "{for: 20s}",
    "tamper": "{kind: duplicated, at: 3}",
    "sse": "{event: message}",
    "split": "{bytes: 1}",
    "cut": "{after_tokens: 5, by: eof}",
    "disconnect": "{by: rst}",
    "garbage": "{}",
    "bad_chunk": "{after_tokens: 5}",
    "hang_up": "{}",
}
_KINDS: Mapping[str, Mapping[Any, object]] = {
    "corrupt": CORRUPTIONS,
    "wrong_shape": MISSHAPES,
    "tamper": TAMPERINGS,
}
_INTRODUCTION = """\
<!-- Written by `python docs/faults.py`: change the types or docs/measured, not this page. -->
# Faults

Each fault is a key in the `faults` of a rule; [scenarios](scenarios.md#faults) says how several
faults act together. Each description says what the server does, then how clients react. The body of
an answer is either a *stream* of server-sent events or a *document*, which is sent as a whole.
"""
_SENTENCE_END = re.compile(r"(?<=\.)\s+")
_CLAUSE_END = re.compile(r"(?<=[.;])\s+")
_TYPES = {
    "boolean": "`true` or `false`",
    "integer": "integer",
    "number": "number",
    "string": "text",
    "array": "list of texts",
    "object": "mapping",
}
_SHAPES = {"html": "page", "text": "plain text", "empty": "nothing", "event": "error event"}


def page() -> str:
    """Return the text of the page."""
    rows = measured()
    keys = schema_of("scenario")["$defs"]
    return "\n".join(
        (
            _INTRODUCTION,
            *_index(),
            *_legend(),
            *(
                line
                for family, faults in FAMILIES.items()
                for line in (
                    f"## {family.capitalize()}\n",
                    *(
                        part
                        for name, fault in faults.items()
                        for part in _fault(name, fault, keys[fault.__name__], rows)
                    ),
                )
            ),
            *_problems(),
        )
    )


def measured() -> list[Row]:
    """Return the rows of the table of what the clients do."""
    with (FOLDER / "measured" / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def method() -> dict[str, Any]:
    """Return how the clients were measured: the date, the versions, what the words mean."""
    found: dict[str, Any] = yaml.safe_load(
        (FOLDER / "measured" / "clients.yaml").read_text("utf-8")
    )
    return found


def example(name: str, keys: str) -> str:
    """Return a scenario with one fault, whose keys are given in YAML."""
    return f"name: {name.replace('_', '-')}\nrules:\n  - faults:\n      - {name}: {keys}\n"


def _index() -> Iterator[str]:
    yield from _table(
        ("fault", "family", "what it does"),
        (
            (f"[`{name}`](#{name})", family, _paragraphs(fault)[0])
            for family, faults in FAMILIES.items()
            for name, fault in faults.items()
        ),
    )


def _legend() -> Iterator[str]:
    how = method()
    yield f"## How the clients were measured\n\nMeasured on {how['date']}. {how['setting']}\n"
    clients = ((name, version) for name, version in how["clients"].items())
    yield from _table(("column", "client"), clients)
    words = ((f"`{word}`", meaning) for word, meaning in how["outcomes"].items())
    more = ((f"`{word}`", meaning) for word, meaning in how["additions"].items())
    yield from _table(("outcome", "the app gets"), (*words, *more))
    yield (
        "The figures are in [measured](measured). Each line there is for one fault, with or "
        "without streaming, under the name that the fault had in the measurement.\n"
    )


def _fault(
    name: str, fault: type[Fault], schema: Mapping[str, Any], rows: Iterable[Row]
) -> Iterator[str]:
    keys = schema["properties"]
    prose, meanings = _told(fault, keys)
    yield f"### {name}\n"
    yield f"```yaml\n{example(name, EXAMPLES[name])}```\n"
    for paragraph in prose:
        yield f"{paragraph}\n"
    yield from _keys(keys, schema.get("required", ()), meanings)
    kinds = ((f"`{kind}`", " ".join(_paragraphs(told))) for kind, told in _kinds(name))
    yield from _table(("kind", "what it does, and what clients make of it"), kinds)
    yield from _outcomes([row for row in rows if row["fault"] == name])


def _kinds(name: str) -> Iterable[tuple[str, object]]:
    return _KINDS.get(name, {}).items()


def _paragraphs(told: object) -> list[str]:
    """Return the paragraphs of a docstring as Markdown, each in one line."""
    paragraphs = cleandoc(getdoc(told) or "").replace("``", "`").split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def _told(fault: type[Fault], keys: Iterable[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the paragraphs of a fault without the sentences on keys, and these sentences."""
    first, *others = _paragraphs(fault)
    meanings: dict[str, list[str]] = {key: [] for key in keys}
    prose = [first]
    for paragraph in others:
        kept = []
        for sentence in _SENTENCE_END.split(paragraph):
            if any(_names(sentence, key) for key in meanings):
                _note(sentence, meanings)
            else:
                kept.append(sentence)
        prose.append(" ".join(kept))
    return [paragraph for paragraph in prose if paragraph], meanings


def _names(text: str, key: str) -> bool:
    return f"`{key}`" in text or f"`{key}: " in text


def _note(sentence: str, meanings: dict[str, list[str]]) -> None:
    """Add each clause to the keys that it names, or else to the keys of the clause before it."""
    about: list[str] = []
    for clause in _CLAUSE_END.split(sentence):
        about = [key for key in meanings if _names(clause, key)] or about
        for key in about:
            meanings[key].append(clause)


def _keys(
    keys: Mapping[str, Any], required: Iterable[str], meanings: Mapping[str, list[str]]
) -> Iterator[str]:
    """Yield the table of the keys; adjacent keys that differ only in name share a line."""
    rows = (
        (key, _type(schema), _default(key, schema, required), _meaning(key, meanings))
        for key, schema in keys.items()
    )
    shared = (
        (", ".join(f"`{row[0]}`" for row in same), *said)
        for said, same in groupby(rows, lambda row: row[1:])
    )
    yield from _table(("key", "value", "default", "meaning"), shared)


def _meaning(key: str, meanings: Mapping[str, list[str]]) -> str:
    said = meanings[key]
    if not said:
        return "as said above"
    return " ".join(said).rstrip(";.") + "."


def _default(key: str, schema: Mapping[str, Any], required: Iterable[str]) -> str:
    if key in required:
        return "required"
    found = schema.get("default")
    return "none" if found in (None, []) else f"`{yaml.safe_dump(found).splitlines()[0]}`"


def _type(schema: Mapping[str, Any]) -> str:
    """Return in words which values a key takes."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if not _says_nothing(kind)]
    return " or ".join(dict.fromkeys(map(_kind, kinds)))


def _says_nothing(kind: Mapping[str, Any]) -> bool:
    return kind.get("type") == "null" or str(kind.get("$ref")).endswith("/Placeholder")


def _kind(kind: Mapping[str, Any]) -> str:
    values = [kind["const"]] if "const" in kind else kind.get("enum", [])
    if values == list(problems()):
        return "a [problem](#problems)"
    if values:
        return ", ".join(f"`{value}`" for value in values)
    if "ms|s|m|h|d" in kind.get("pattern", ""):
        return "duration"
    return _TYPES.get(kind.get("type", ""), "any value") + _limits(kind)


def _limits(kind: Mapping[str, Any]) -> str:
    named = (("at least", kind.get("minimum")), ("at most", kind.get("maximum")))
    said = " and ".join(f"{words} {limit}" for words, limit in named if limit is not None)
    return f" ({said})" if said else ""


def _outcomes(rows: list[Row]) -> Iterator[str]:
    """Yield the table of what the clients do; settings with equal outcomes share a line."""
    if not rows:
        yield "What the clients do: `not measured`.\n"
        return
    clients = list(method()["clients"])
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        outcome = (row["request"], *(row[client] for client in clients))
        lines.setdefault(outcome, []).append(f"`{row['settings']}`" if row["settings"] else "as is")
    yield from _table(
        ("with", "request", *clients),
        (("<br>".join(settings), *outcome) for outcome, settings in lines.items()),
    )
    for note, same in groupby(rows, lambda row: row["note"]):
        if note:
            settings = dict.fromkeys(f"`{row['settings']}`" for row in same if row["settings"])
            yield f"{', '.join(settings) or 'Note'}: {note}.\n"


def _problems() -> Iterator[str]:
    yield "## Problems\n"
    yield (
        "Values of `problem`. Text in braces is filled in from the request, except `{reason}`: "
        "there the mock writes an example.\n"
    )
    yield from _table(
        ("problem", "status", "what it says"),
        (
            (f"`{name}`", str(problem.status), _saying(problem))
            for name, problem in problems().items()
        ),
    )


def _saying(problem: Problem) -> str:
    form = f" ({_SHAPES[problem.shape]})" if problem.shape in _SHAPES else ""
    said = " ".join(problem.message.split())
    return (f"``{said}``" if "`" in said else f"`{said}`" if said else "") + form


def _table(head: Iterable[str], rows: Table) -> Iterator[str]:
    """Yield a table in Markdown, or nothing if it has no rows."""
    lines = [_line(row) for row in rows]
    if lines:
        titles = list(head)
        yield "\n".join((_line(titles), "|" + "---|" * len(titles), *lines)) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
