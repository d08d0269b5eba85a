"""
The ``X-Cerebras-Mock-*`` header fields, with which one request overrides the scenario.

A request can carry its own fault, or name the scenario that answers it, so several apps in
different processes can share one server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field

from mockserver.core.adapters import adapter
from mockserver.core.documents import Document, Path, value_of
from mockserver.core.errors import DocumentError, MockServerError, UnknownNameError
from mockserver.core.units import Probability
from mockserver.core.yaml_limits import FIELD
from mockserver.faults import Error, Fault

from .actions import AnyFault
from .aliases import alias_hint
from .loader import load, names
from .model import Rule, Scenario
from .schedule import Schedule

FAULT = "x-cerebras-mock-fault"
SCENARIO = "x-cerebras-mock-scenario"
FIELDS = frozenset({FAULT, SCENARIO})
_FAULT_NAME, _SCENARIO_NAME = "X-Cerebras-Mock-Fault", "X-Cerebras-Mock-Scenario"
_MOST_SETTINGS = 20  # no shipped scenario has as many


@dataclass(frozen=True, slots=True)
class _Chance:
    """
    When the requested faults act.

    ``probability`` is the chance that the faults act on a request.
    """

    probability: Probability


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    The faults that a request asks for.

    ``faults`` are applied in order. ``schedule`` gives their probability.
    """

    faults: Annotated[tuple[AnyFault, ...], Field(min_length=1)]
    schedule: _Chance | None = None

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (pydantic reads it, dataclasses don't)


_OF_A_RULE = frozenset({"faults", "schedule", "probability"})


def rule_for(headers: Mapping[str, str]) -> Rule | None:
    """
    Return the rule that a request carries in its header, or None if it carries no rule.

    ``X-Cerebras-Mock-Fault`` holds a fault as in YAML, a list of faults, the bare name of a fault,
    or a mapping with the ``faults`` and ``schedule`` of a rule. This ``schedule`` may have no key
    except ``probability``. Raises DocumentError.
    """
    text = headers.get(FAULT)
    return None if text is None else _asked(text)


def scenario_of(text: str) -> Scenario:
    """
    Return the shipped scenario that ``X-Cerebras-Mock-Scenario`` names.

    Parameters may follow the name: ``stream-cut; after_tokens=3``. Raises UnknownNameError or
    DocumentError.
    """
    name, *settings = (part.strip() for part in text.split(";"))
    if name not in names():
        raise UnknownNameError("shipped scenario", name, names())
    if len(settings) > _MOST_SETTINGS:
        raise DocumentError(f"{_SCENARIO_NAME}: has more than {_MOST_SETTINGS} parameters")
    parameters: dict[str, object] = {}
    for parameter, value in map(_parameter, settings):
        if parameter in parameters:
            raise DocumentError(f"{_SCENARIO_NAME}: {parameter!r} is given twice")
        parameters[parameter] = value
    return load(name, parameters)


def refusal(error: MockServerError) -> Rule:
    """Return a rule that reports an invalid header field to the client as a 400."""
    told = Error(status=400, message=str(error), type="invalid_request_error", code="mock_header")
    return Rule("X-Cerebras-Mock", faults=(told,))


@lru_cache
def _asked(text: str) -> Rule:
    document = Document(text, source=_FAULT_NAME, limits=FIELD)
    if isinstance(document.data, dict) and not _OF_A_RULE.isdisjoint(document.data):
        asked: _Asked = document.read_as(adapter(_Asked), explain=alias_hint)
        probability = asked.schedule.probability if asked.schedule else None
        return Rule(_FAULT_NAME, schedule=Schedule(probability=probability), faults=asked.faults)
    return Rule(_FAULT_NAME, faults=_faults(document))


def _faults(document: Document) -> tuple[Fault, ...]:
    if isinstance(document.data, list):
        many: tuple[Fault, ...] = document.read_as(
            adapter(tuple[AnyFault, ...]), explain=_called_here
        )
        return many
    bare = isinstance(document.data, str)
    data: Any = {document.data: {}} if bare else None
    return (document.read_as(adapter(AnyFault), data, explain=_called_here),)


def _called_here(path: Path, key: str, value: Any) -> str:
    return alias_hint(("faults", 0, *path), key, value)


def _parameter(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DocumentError(
            f"{_SCENARIO_NAME}: should be a name, perhaps with '; parameter=value', found {text!r}"
        )
    return name.strip(), value_of(value, source=f"{_SCENARIO_NAME}: {name.strip()}")
