"""
Turns YAML text into typed values, with errors that name the position.

All YAML text is read here. Reading nodes rather than plain objects lets each error state the file,
line, column and path, the value found and the values allowed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from stat import S_ISDIR, S_ISREG
from typing import Any, Self, TypeAlias, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .errors import DocumentError, MockServerError, UnknownNameError, shortened, shown
from .scalars import Loader, dumped, paired
from .unknown_keys import advice
from .yaml_limits import FIELD, FILE, YamlLimits, refuse_bombs

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]

SUFFIXES = (".yaml", ".yml")
_OF_PATHS = frozenset("./\\")  # characters that no name has
_MAPPINGS = ("dataclass_type", "dict_type", "model_type")
_IN_YAML = {
    **dict.fromkeys(_MAPPINGS, "should be a mapping of keys to values"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "should be true or false"),
    **dict.fromkeys(("float_parsing", "float_type"), "should be a number"),
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), "should be a whole number"),
    **dict.fromkeys(("string_too_short", "too_short"), "should not be empty"),
    "finite_number": "should be a finite number",
    "greater_than_equal": "should be greater than or equal to {ge:.15g}",
    "invalid-json-value": "should be a JSON value",
    "less_than_equal": "should be less than or equal to {le:.15g}",
    "literal_error": "should be {expected}",
    "string_pattern_mismatch": "should match the pattern {pattern!r}",
    "string_type": "should be a valid string",
    "tuple_type": "should be a list",
    "value_error": "{error}",
}
"""
Messages for pydantic's errors, in YAML's terms. Pydantic's own messages use Python's terms and vary
by version.
"""
_NOTHING = "nothing"
_MOST_ERRORS = 20
_MOST_BYTES = 4 * FILE.letters
_FLAGS = {
    **dict.fromkeys(("yes", "y", "on", "true", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "false", "0"), "false"),
}
Explain: TypeAlias = Callable[[Path, str, Any], str]
"""Takes a mapping's path, an unknown key and its value; returns an explanation or ''."""
_note: ContextVar[Callable[[str], object]] = ContextVar("note", default=str)


@contextmanager
def noting_files(note: Callable[[str], None]) -> Iterator[None]:
    """Call ``note`` with the path of each file before it is read, even if there is no such file."""
    token = _note.set(note)
    try:
        yield
    finally:
        _note.reset(token)


def read_text(path: str) -> str:
    """
    Return the text of a file. Raises DocumentError if it cannot be read.

    Only a regular file is opened, because a pipe or a device could be without end.
    """
    if "\0" in path:
        raise DocumentError(f"{path!r}: no path has the character NUL")
    _note.get()(path)
    try:
        mode = FilePath(path).stat().st_mode
        if not (S_ISREG(mode) or S_ISDIR(mode)):
            raise DocumentError(f"{path}: is not a regular file")
        with FilePath(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise DocumentError(f"{path}: is longer than {_MOST_BYTES:,} bytes, the maximum")
        return data.decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise DocumentError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error


def identity(path: str) -> str:
    """Return the same name for all paths to a file."""
    try:
        return str(FilePath(path).resolve())
    except (OSError, RuntimeError, ValueError):
        return path  # links that lead to each other, or no path at all


def unknown(kind: str, name: str, known: Iterable[str]) -> MockServerError:
    """
    Return the error for a name that is neither known nor the path of a YAML file.

    >>> print(unknown("scenario", "mine.json", ["healthy"]))
    no scenario is called 'mine.json'; the path of a file should end in .yaml or .yml
    """
    if _OF_PATHS.isdisjoint(name):
        return UnknownNameError(kind, name, known)
    suffixes = " or ".join(SUFFIXES)
    said = f"no {kind} is called {shown(name)}; the path of a file should end in {suffixes}"
    return DocumentError(said)


def beside(source: str, name: str) -> str:
    """
    Resolve a path that a document contains, relative to the folder of the document.

    >>> beside("editions/ours.yaml", "./base.yaml")
    'editions/base.yaml'

    A name without the suffix of a YAML file is not a path and is returned unchanged.
    """
    return str(FilePath(source).parent / name) if name.endswith(SUFFIXES) else name


class Document:
    """
    The data of one YAML text, and the position of each part in the text.

    ``root`` is the root node, None for an empty text; a node's marks name its file. ``origins``
    maps the identity of a node to the parameters that the node was made from. Raises DocumentError
    for a text that is not YAML or exceeds the ``limits``.
    """

    def __init__(self, text: str, *, source: str, limits: YamlLimits = FILE) -> None:
        self.source = source
        self.origins: Mapping[int, Sequence[str]] = {}
        try:
            text = paired(text) if len(text) <= limits.letters else text
            refuse_bombs(text, source, limits, Loader)
            self.root = yaml.compose(_named(text, source), Loader=Loader)
            _refuse_doubles(self.root, source)
            self.data = _data_of(self.root)
        except yaml.MarkedYAMLError as error:
            raise DocumentError(_syntax_error(error, source, text)) from error
        except yaml.YAMLError as error:
            raise DocumentError(f"{source}: not YAML: {error}".replace("\n", " ")) from error
        except RecursionError as error:
            raise DocumentError(f"{source}: is nested too deeply, or contains itself") from error
        except (TypeError, ValueError) as error:
            raise DocumentError(f"{source}: not valid YAML: {error}") from error

    def with_root(
        self, root: yaml.Node, origins: Mapping[int, Sequence[str]] | None = None
    ) -> Self:
        """Return a copy with another root, which is derived from the root of this document."""
        other = copy(self)
        other.root, other.data = root, _data_of(root)
        other.origins = {**self.origins, **(origins or {})}
        return other

    def read_as(
        self, adapter: TypeAdapter[T], data: Any = None, *, explain: Explain = lambda *_: ""
    ) -> T:
        """
        Return the document's data as a value of the adapter's type; ``data`` replaces these data.

        ``explain`` may explain an unknown key better than the schema can. Raises DocumentError
        with one line per error.
        """
        try:
            return adapter.validate_python(self.data if data is None else data)
        except ValidationError as error:
            schema = adapter.json_schema()
            found = [one for one in error.errors(include_url=False) if not _repeats(one)]
            lines = [self._sentence(one, schema, explain) for one in found[:_MOST_ERRORS]]
            if len(found) > _MOST_ERRORS:
                lines.append(f"{self.source}: and {len(found) - _MOST_ERRORS:,} more errors")
            raise DocumentError("\n".join(lines)) from error

    def where(self, path: Sequence[str | int], *, key: bool = False) -> tuple[str, Path]:
        """
        Return ``file:line:column`` and the path of the nearest node that exists in the text.

        The position is that of the value, or with ``key`` that of the value's key.
        """
        label, node, found = self._find(path)
        marked = label if key else node
        return self._spot(marked), found

    def file_of(self, path: Path) -> str:
        """Return the name of the file that the value at a path comes from."""
        _, node, _ = self._find(path)
        return str(node.start_mark.name) if node else self.source

    def error(self, path: Path, said: object) -> DocumentError:
        """Return an error about the value at a path."""
        return DocumentError(f"{self.where(path)[0]}: {_dotted(path)}{said}")

    def _find(self, path: Sequence[str | int]) -> tuple[yaml.Node | None, yaml.Node | None, Path]:
        label, node, found = self.root, self.root, []
        for part in path:
            inner = _child(node, part)
            if inner is not None:
                label, node = inner
                found.append(part)
        return label, node, tuple(found)

    def _spot(self, node: yaml.Node | None) -> str:
        mark = node.start_mark if node else None
        return f"{mark.name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{self.source}:1:1"

    def _sentence(self, error: ErrorDetails, schema: dict[str, Any], explain: Explain) -> str:
        spot, path = self.where(error["loc"])
        last = error["loc"][-1] if error["loc"] else ""
        match error["type"]:
            case "extra_forbidden" | "unexpected_keyword_argument":
                spot = self.where(error["loc"], key=True)[0]
                path = path[:-1] if path and path[-1] == last else path
                at, key = error["loc"][:-1], str(last)
                said = f"unknown key {key!r}"
                said += explain(at, key, error["input"]) or advice(schema, at, key)
            case "missing" | "missing_argument":
                said = f"the key {last!r} is missing"
            case kind:
                words = _IN_YAML.get(kind, "")
                plain = words.format(**error.get("ctx", {})) or error["msg"].replace(
                    "Input should", "should"
                )
                wrong, way, out = plain.partition("; ")
                said = f"{wrong}, found {self._found(error)}{way}{out}{_meant(error)}"
        return f"{spot}: {_dotted(path)}{said}{self._made_from(error['loc'])}"

    def _found(self, error: ErrorDetails) -> str:
        """Return the wrong value, in the author's notation if the text contains the value."""
        node = self._find(error["loc"])[1]
        if error["input"] is None and node is None:
            return _NOTHING
        if node is None or _data_of(node) != error["input"]:
            return shown(error["input"])
        return shortened(_written(node))

    def _made_from(self, path: Sequence[str | int]) -> str:
        """Name the parameters from which the value at a path, or a part of that value, was made."""
        around = [self._find(path[:depth])[1] for depth in range(len(path) + 1)]
        node = around[-1]
        inner = [pair[1] for pair in node.value] if isinstance(node, yaml.MappingNode) else []
        names = [name for one in (*around, *inner) for name in self.origins.get(id(one), ())]
        listed = ", ".join(dict.fromkeys(map(repr, names)))
        return f" (from the parameter{'s' if ',' in listed else ''} {listed})" if names else ""


@cache
def shipped_names(package: str) -> tuple[str, ...]:
    """Return the sorted names of the YAML files in a package, without the suffix."""
    found = (entry.name for entry in files(package).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def shipped(package: str, name: str) -> Document:
    """Return a YAML file of a package; ``name`` is the file name without the suffix."""
    file = f"{name}.yaml"
    return Document((files(package) / file).read_text("utf-8"), source=file)


def value_of(text: str, *, source: str) -> Any:
    """Return the value of a piece of YAML, such as 3, true or a text. Raises DocumentError."""
    return Document(text, source=source, limits=FIELD).data


def node_of(value: object) -> yaml.Node:
    """Return the node of a value. Raises ValueError if YAML cannot express it."""
    try:
        node = yaml.compose(dumped(value), Loader=Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"YAML has no form for {shown(value)}") from error
    assert node is not None  # noqa: S101 (a dump is never empty)
    return node


def with_value(node: yaml.Node, value: Any) -> yaml.Node:
    """Return a copy of a node with another value, at the same position."""
    return type(node)(node.tag, value, node.start_mark, node.end_mark)


def _named(text: str, source: str) -> io.StringIO:
    """Return the text as a file with a name, so that the marks of the nodes have this name."""
    stream = io.StringIO(text)
    stream.name = source
    return stream


def _data_of(root: yaml.Node | None) -> Any:
    return None if root is None else Loader("").construct_document(root)


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the nodes of a key and of its value; for an item of a list, the item's node twice."""
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def _refuse_doubles(node: yaml.Node | None, source: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_doubles(item, source)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            if key.value in seen:
                spot = f"{source}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
                said = f"the key {key.value!r} appears twice in one mapping"
                raise DocumentError(f"{spot}: {said}, first in line {seen[key.value]}")
            seen[key.value] = key.start_mark.line + 1
            _refuse_doubles(value, source)


def _written(node: yaml.Node) -> str:
    """Return the YAML of a node in one line, with scalars as the author wrote them."""
    match node:
        case yaml.MappingNode():
            pairs = (f"{_written(key)}: {_written(value)}" for key, value in node.value)
            return f"{{{', '.join(pairs)}}}"
        case yaml.SequenceNode():
            return f"[{', '.join(map(_written, node.value))}]"
        case _:
            text = str(node.value)
            return repr(text) if isinstance(_data_of(node), str) else text or _NOTHING


def _repeats(error: ErrorDetails) -> bool:
    """Return whether a list is too short only because its items have errors of their own."""
    return error["type"] == "too_short" and bool(error["input"])


def _meant(error: ErrorDetails) -> str:
    """Return what the author probably meant, as the end of a sentence; empty if not known."""
    if error["type"] in ("bool_type", "bool_parsing"):
        flag = _FLAGS.get(str(error["input"]).lower())
        return f"; did you mean {flag}?" if flag else ""
    if error["type"] == "string_type" and isinstance(error["input"], int | float):
        return "; write it in quotes"
    allowed = re.findall(r"'([^']+)'", error.get("ctx", {}).get("expected", ""))
    close = get_close_matches(str(error["input"]), allowed, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _dotted(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{text.lstrip('.')}: " if text else ""


def _syntax_error(error: yaml.MarkedYAMLError, source: str, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    spot = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    lines = text.splitlines()
    near = lines[mark.line] if mark and mark.line < len(lines) else ""
    indentation = near[: len(near) - len(near.lstrip())]
    if mark and "\t" in indentation:
        spot = f":{mark.line + 1}:{indentation.index(chr(9)) + 1}"
        return f"{source}{spot}: not YAML: the indentation has a tab; use spaces"
    hint = '; inside {} or [], quote a placeholder: "${name}"' if "${" in near else ""
    problem = error.problem or error.context or ""
    if problem.startswith("but "):  # the second half of a sentence
        problem = f"{error.context}, {problem}"
    return f"{source}{spot}: not YAML: {problem}{hint}"
