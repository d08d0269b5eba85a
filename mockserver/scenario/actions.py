"""The actions of a rule: the model's reply and the faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    WrapValidator,
    create_model,
)

from mockserver.api.model.script import Script
from mockserver.faults import FAULTS, Fault

from .aliases import fault_for_alias

_PASS = "pass"  # noqa: S105 (a word of the language)


@dataclass(frozen=True, slots=True)
class RuleAction:
    """
    The action of a rule on one request.

    In a sequence, an action with neither ``reply`` nor ``faults`` leaves the request to later
    rules.
    """

    reply: Script = field(default_factory=Script)
    faults: tuple[Fault, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the action leaves the request to later rules if it is in a sequence."""
        return not self.faults and not self.speaks

    @property
    def speaks(self) -> bool:
        """Whether the action sets the model's reply."""
        return self.reply != Script()


if TYPE_CHECKING:
    AnyFault: TypeAlias = Fault
    AnyAction: TypeAlias = RuleAction
else:
    # In YAML a fault is a mapping whose only key is the fault's name: {error: {status: 503}}.
    _named = {name: (fault, None) for name, fault in FAULTS.items()}
    _entry = create_model(
        "FaultEntry",
        __doc__="A fault: a mapping whose only key is the fault's name.",
        __config__=ConfigDict(
            extra="forbid",
            json_schema_extra={"minProperties": 1, "maxProperties": 1},
            defer_build=True,
        ),
        **_named,
    )
    _mapping = create_model(
        "ActionEntry",
        __doc__="""
        The faults that are applied to one request, by name and in order.

        ``reply`` is the model's answer.
        """,
        __config__=ConfigDict(
            extra="forbid", json_schema_extra={"minProperties": 1}, defer_build=True
        ),
        reply=(Script, Field(default_factory=Script)),
        **_named,
    )

    def _the_one(entry: Any) -> Fault:
        named = [getattr(entry, name) for name in entry.model_fields_set]
        if len(named) != 1:
            raise ValueError(f"should name exactly one fault: {', '.join(FAULTS)}")
        return named[0]

    def _hint(word: str) -> str:
        meant = f"{word}: {{}}" if word in FAULTS else fault_for_alias(word)
        return f"; write '{meant}'" if meant else ""

    def _no_word(found: Any) -> Any:
        if isinstance(found, str):
            raise ValueError(f"should be a mapping with the name of a fault{_hint(found)}")  # noqa: TRY004 (pydantic collects only ValueErrors)
        return found

    def _action(found: Any, read: Callable[[Any], Any]) -> RuleAction:
        if isinstance(found, RuleAction):
            return found
        entry = read(found)
        if not found:
            raise ValueError(f"should name a fault or a reply, or be the word {_PASS!r}")
        return RuleAction(
            entry.reply, tuple(getattr(entry, name) for name in found if name in FAULTS)
        )

    def _passing(word: str) -> RuleAction:
        if word != _PASS:
            raise ValueError(f"should be a mapping of faults, or the word {_PASS!r}{_hint(word)}")
        return RuleAction()

    AnyFault = Annotated[_entry, AfterValidator(_the_one), BeforeValidator(_no_word)]
    AnyAction = Annotated[
        Annotated[str, AfterValidator(_passing), WithJsonSchema({"const": _PASS}), Tag("a word")]
        | Annotated[_mapping, WrapValidator(_action), Tag("a mapping")],
        Discriminator(lambda found: "a word" if isinstance(found, str) else "a mapping"),
    ]
