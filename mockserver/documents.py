"""
From YAML text to typed values, with errors that name the spot.

The only reader of YAML. It reads nodes rather than plain objects, so that each error can say
file, line, column and path, what was found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .errors import DocumentError, shown, suggestion

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_text(path: str) -> str:
    """Return the text of a file. Raises DocumentError when that can't be had."""
    try:
        return FilePath(path).read_text("utf-8")
    except FileNotFoundError as error:
        raise DocumentError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error


class Document:
    """The data of one YAML text, and where in the text each part of it stands."""

    def __init__(self, text: str, *, source: str) -> None:
        self.source = source
        try:
            self._root = yaml.compose(text, Loader=_Loader)
            _refuse_doubles(self._root, source)
            self.data: Any = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
        except yaml.MarkedYAMLError as error:
            raise DocumentError(_syntax_error(error, source)) from error
        except yaml.YAMLError as error:
            raise DocumentError(f"{source}: not YAML: {error}".replace("\n", " ")) from error
        except (RecursionError, TypeError, ValueError) as error:
            raise DocumentError(f"{source}: YAML that makes no sense: {error}") from error

    def read_as(self, adapter: TypeAdapter[T], data: Any = None) -> T:
        """
        Return the data (or what was merged from it) as a value of the adapter's type.

        Raises DocumentError with one line for each thing that is wrong.
        """
        try:
            return adapter.validate_python(self.data if data is None else data)
        except ValidationError as error:
            schema = adapter.json_schema()
            lines = [self._sentence(one, schema) for one in error.errors()]
            raise DocumentError("\n".join(lines)) from error

    def where(self, path: Sequence[str | int], *, key: bool = False) -> tuple[str, Path]:
        """
        Return ``file:line:column`` and the path of the nearest node that exists in the text.

        The spot is that of the value, or of its ``key``.
        """
        node, label, found = self._root, self._root, []
        for part in path:
            inner = _child(node, part)
            if inner is not None:
                label, node = inner
                found.append(part)
        marked = label if key else node
        mark = marked.start_mark if marked else None
        spot = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        return f"{self.source}:{spot}", tuple(found)

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
            case _:
                said = f"{_plain(error['msg'])}, found {shown(error['input'])}"
        return f"{spot}: {_dotted(path)}{said}"


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
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _dotted(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{text.lstrip('.')}: " if text else ""


def _syntax_error(error: yaml.MarkedYAMLError, source: str) -> str:
    mark = error.problem_mark or error.context_mark
    spot = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    return f"{source}{spot}: not YAML: {error.problem or error.context}"
