"""
Loads the values of the shipped YAML files from JSON, without YAML and pydantic.

``shipped.json`` beside the YAML files has the typed values. A value from ``shipped.json`` is used
only while its YAML file is unchanged, so an edited YAML file takes effect.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from typing import Any

FILE = "shipped.json"
# the key that names the type of a value for which JSON has no form; no field has an empty name
_KIND = ""


def digest(package: str, *names: str) -> str:
    """Return a digest of YAML files of a package; ``names`` are the file names without suffix."""
    folder = files(package)
    texts = ((folder / f"{name}.yaml").read_bytes().replace(b"\r\n", b"\n") for name in names)
    return sha256(b"\0".join(texts)).hexdigest()


def compiled(package: str, name: str, *all_names: str) -> Any:
    """
    Return the compiled value of a YAML file of a package, or None.

    ``all_names`` are the files on which the value depends. None means that the value was never
    compiled, or was compiled from other contents of these files.
    """
    row = _rows(package).get(name)
    if row is None or row["digest"] != digest(package, *all_names):
        return None
    return _decoded(row["value"])


def row(value: Any, package: str, *all_names: str) -> dict[str, Any]:
    """Return the compiled form of a value that was read from the files ``all_names``."""
    return {"digest": digest(package, *all_names), "value": _encoded(value)}


@cache
def _rows(package: str) -> Mapping[str, Any]:
    file = files(package) / FILE
    found: dict[str, Any] = json.loads(file.read_bytes()) if file.is_file() else {}
    return found


def _encoded(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, field, getattr(value, field.name)) for field in fields(value))
        own = {name: _encoded(its) for name, field, its in pairs if its != _default(field)}
        return {_KIND: f"{type(value).__module__}:{type(value).__qualname__}", **own}
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dt.date():
            return {_KIND: "date", "is": value.isoformat()}
        case tuple():
            return [_encoded(each) for each in value]
        case list():
            return {_KIND: "list", "is": [_encoded(each) for each in value]}
        case dict() if _KIND not in value and all(isinstance(key, str) for key in value):
            return {key: _encoded(its) for key, its in value.items()}
    raise TypeError(f"there is no compiled form of {value!r}")


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _decoded(found: Any) -> Any:
    if isinstance(found, list):
        return tuple(map(_decoded, found))
    if not isinstance(found, dict):
        return found
    own = {name: _decoded(its) for name, its in found.items() if name != _KIND}
    match found.get(_KIND):
        case None:
            return own
        case "date":
            return dt.date.fromisoformat(own["is"])
        case "list":
            return list(own["is"])
        case kind:
            module, _, name = kind.partition(":")
            return getattr(import_module(module), name)(**own)
