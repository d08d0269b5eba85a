"""
From YAML text to typed values, with errors that name the spot.

The only reader of YAML text. It reads nodes rather than plain objects, so that each error can say
file, line, column and path, what was found and what is allowed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .bounds import FIELD, FILE, Bounds, refuse_bombs
from .errors import DocumentError, shown, suggestion

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]

SUFFIXES = (".yaml", ".yml")
_IN_YAML = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "dict_type": "should be a mapping of keys to values",
    "finite_number": "should be a finite number",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "greater_than_equal": "should be greater than or equal to {ge:.15g}",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "invalid-json-value": "should be a value as JSON has them",
    "less_than_equal": "should be less than or equal to {le:.15g}",
    "literal_error": "should be {expected}",
    "string_pattern_mismatch": "should match the pattern {pattern!r}",
    "string_too_short": "should not be empty",
    "string_type": "should be a valid string",
    "too_short": "should not be empty",
    "tuple_type": "should be a list",
    "value_error": "{error}",
}
"""
What an error of pydantic says in the words of YAML. Its own are those of Python, and other versions
may have others.
"""
_LONGEST_NUMBER = 100  # digits: what is longer takes longer to read than to compare
_MOST_ERRORS = 20
_MOST_BYTES = 4 * FILE.letters
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_note: ContextVar[Callable[[str], object]] = ContextVar("note", default=str)


if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """Takes what only looks like a date or a number, such as 2027-13-01, for a text."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        numeric = node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER
        try:
            return str(node.value) if numeric else super().construct_object(node, deep)
        except (KeyError, ValueError):
            if not isinstance(node, yaml.ScalarNode):
                raise
            del self.recursive_objects[node]
            return node.value


@contextmanager
def noting_files(note: Callable[[str], None]) -> Iterator[None]:
    """Call ``note`` with the path of each file before it is read, one that isn't there too."""
    token = _note.set(note)
    try:
        yield
    finally:
        _note.reset(token)


def read_text(path: str) -> str:
    """Return the text of a file. Raises DocumentError when that can't be had."""
    _note.get()(path)
    try:
        with FilePath(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise DocumentError(
                f"{path}: is longer than {_MOST_BYTES:,} bytes, the most that is read"
            )
        return data.decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise DocumentError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error


def beside(source: str, name: str) -> str:
    """
    Return the path that a name in a document stands for: relative to where the document is.

    >>> beside("editions/ours.yaml", "./base.yaml")
    'editions/base.yaml'

    What does not end as a YAML file does is no path, and stays.
    """
    return str(FilePath(source).parent / name) if name.endswith(SUFFIXES) else name


class Document:
    """
    The data of one YAML text, and where in the text each part of it stands.

    ``root`` is its node, None when the text is empty; a node's marks name its file. ``origins``
    tells, by the identity of a node, which parameters it was made from. Raises DocumentError for
    what is no YAML, or beyond the ``bounds``.
    """

    def __init__(self, text: str, *, source: str, bounds: Bounds = FILE) -> None:
        self.source = source
        self.origins: Mapping[int, Sequence[str]] = {}
        try:
            refuse_bombs(text, source, bounds, _Loader)
            self.root = yaml.compose(_named(text, source), Loader=_Loader)
            _refuse_doubles(self.root, source)
            self.data = _data_of(self.root)
        except yaml.MarkedYAMLError as error:
            raise DocumentError(_syntax_error(error, source, text)) from error
        except yaml.YAMLError as error:
            raise DocumentError(f"{source}: not YAML: {error}".replace("\n", " ")) from error
        except RecursionError as error:
            raise DocumentError(f"{source}: is nested too deeply, or contains itself") from error
        except (TypeError, ValueError) as error:
            raise DocumentError(f"{source}: YAML that makes no sense: {error}") from error

    def with_root(
        self, root: yaml.Node, origins: Mapping[int, Sequence[str]] | None = None
    ) -> Self:
        """Return the document with another root, that was made from its own."""
        other = copy(self)
        other.root, other.data = root, _data_of(root)
        other.origins = {**self.origins, **(origins or {})}
        return other

    def read_as(self, adapter: TypeAdapter[T], data: Any = None) -> T:
        """
        Return the data (or what was merged from it) as a value of the adapter's type.

        Raises DocumentError with one line for each thing that is wrong.
        """
        try:
            return adapter.validate_python(self.data if data is None else data)
        except ValidationError as error:
            schema = adapter.json_schema()
            found = error.errors(include_url=False)
            lines = [self._sentence(one, schema) for one in found[:_MOST_ERRORS]]
            if len(found) > _MOST_ERRORS:
                lines.append(f"{self.source}: and {len(found) - _MOST_ERRORS:,} more errors")
            raise DocumentError("\n".join(lines)) from error

    def where(self, path: Sequence[str | int], *, key: bool = False) -> tuple[str, Path]:
        """
        Return ``file:line:column`` and the path of the nearest node that exists in the text.

        The spot is that of the value, or of its ``key``.
        """
        label, node, found = self._find(path)
        marked = label if key else node
        return self._spot(marked), found

    def file_of(self, path: Path) -> str:
        """Return the name of the file in which the value at a path stands."""
        _, node, _ = self._find(path)
        return str(node.start_mark.name) if node else self.source

    def error(self, path: Path, said: object) -> DocumentError:
        """Return an error that says something of the value at a path."""
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

    def _sentence(self, error: ErrorDetails, schema: dict[str, Any]) -> str:
        spot, path = self.where(error["loc"])
        last = error["loc"][-1] if error["loc"] else ""
        match error["type"]:
            case "extra_forbidden" | "unexpected_keyword_argument":
                spot, path = self.where(error["loc"], key=True)[0], path[: len(error["loc"]) - 1]
                known = _keys(schema, path) or _keys(schema, error["loc"][:-1])
                said = f"unknown key {last!r}{suggestion(str(last), known)}"
            case "missing" | "missing_argument":
                said = f"the key {last!r} is missing"
            case "dataclass_type" | "model_type":
                said = f"should be a mapping of keys to values, found {shown(error['input'])}"
            case kind:
                words = _IN_YAML.get(kind, "")
                plain = words.format(**error.get("ctx", {})) or _plain(error["msg"])
                said = f"{plain}, found {shown(error['input'])}{_meant(error)}"
        return f"{spot}: {_dotted(path)}{said}{self._made_from(error['loc'])}"

    def _made_from(self, path: Sequence[str | int]) -> str:
        """Say which parameters the value at a path was made from, all or a part of it."""
        around = [self._find(path[:depth])[1] for depth in range(len(path) + 1)]
        node = around[-1]
        inner = [pair[1] for pair in node.value] if isinstance(node, yaml.MappingNode) else []
        names = [name for one in (*around, *inner) for name in self.origins.get(id(one), ())]
        listed = ", ".join(dict.fromkeys(map(repr, names)))
        return f" (from the parameter{'s' if ',' in listed else ''} {listed})" if names else ""


def value_of(text: str, *, source: str) -> Any:
    """Return what a piece of YAML says, such as 3, true, or a text. Raises DocumentError."""
    return Document(text, source=source, bounds=FIELD).data


def node_of(value: object) -> yaml.Node:
    """Return the node of a value. Raises ValueError for what YAML has no form for."""
    try:
        node = yaml.compose(yaml.safe_dump(value), Loader=_Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"YAML has no form for {shown(value)}") from error
    assert node is not None  # noqa: S101 (a dump is never empty)
    return node


def _named(text: str, source: str) -> io.StringIO:
    """Return the text as a file of that name, which the marks of its nodes will have."""
    stream = io.StringIO(text)
    stream.name = source
    return stream


def _data_of(root: yaml.Node | None) -> Any:
    return None if root is None else _Loader("").construct_document(root)


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the node that names a part, and the part itself."""
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
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                spot = f"{source}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
                raise DocumentError(f"{spot}: the key {key.value!r} stands twice in one mapping")
            seen.add(key.value)
            _refuse_doubles(value, source)


def _keys(schema: dict[str, Any], path: Path) -> list[str]:
    """Return the keys that a JSON Schema allows at a path."""
    here = _variants(schema, schema)
    for part in path:
        steps = [
            inner
            for one in here
            for inner in (
                one.get("properties", {}).get(part),
                one.get("items") if isinstance(part, int) else one.get("additionalProperties"),
            )
            if isinstance(inner, dict)
        ]
        here = [variant for step in steps for variant in _variants(step, schema)]
    return list(dict.fromkeys(key for one in here for key in one.get("properties", ())))


def _variants(schema: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return _variants(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    unions = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(variant for one in unions for variant in _variants(one, root))]


def _plain(message: str) -> str:
    return message.replace("Input should", "should")


def _meant(error: ErrorDetails) -> str:
    """Return which of the allowed words is nearest to what was found, as the tail of a sentence."""
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
    hint = '; inside {} or [], quote a placeholder: "${name}"' if "${" in near else ""
    return f"{source}{spot}: not YAML: {error.problem or error.context}{hint}"
