"""The mutations: what each one does, and the scenario that plays it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from mockserver.faults import Context
from mockserver.plan import Plan, head_of
from mockserver.scenario import Port, Rule, RuleAction, Scenario
from mockserver.scenario.model import Spent

from . import changes
from .changes import Change

Rewrite: TypeAlias = Callable[[Scenario], Scenario]
"""Returns the scenario that replaces a given scenario."""

HEALED = "healed"
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Mutation:
    """
    A way to change the answers of the API.

    ``does`` describes the change. Without a ``change``, the mutation removes the faults of the
    test's own scenario. A mutation that is not ``expected`` is never counted as missed.
    """

    name: str
    does: str
    change: Change | None = None
    expected: bool = True


MUTATIONS = (
    Mutation(HEALED, "the fault of the test's own scenario is removed"),
    Mutation("empty", "each answer is empty", changes.empty),
    Mutation("half", "each answer ends in the middle", changes.half),
    Mutation("another-text", "each answer has another text", changes.another_text),
    Mutation("another-tool", "each tool call names another tool", changes.another_tool),
    Mutation("other-arguments", "each tool call has other arguments", changes.other_arguments),
    Mutation("doubled", "each piece of a stream is sent twice", changes.doubled),
    Mutation("reordered", "the pieces of a stream are sent in reverse order", changes.reordered),
    Mutation(ERROR, "each answer is the error 400", changes.error),
    Mutation(
        "other-facts",
        "each answer states another model and no usage",
        changes.other_facts,
        expected=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Mutated:
    """The fault that applies a change; ``note`` is called for each changed answer."""

    change: Change
    note: Callable[[], None] = field(compare=False, repr=False)

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Change an answer, unless it is an error."""
        head = head_of(plan)
        if head is None or head.refuses:
            return plan
        changed = self.change(plan, context)
        if changed != plan:
            self.note()
        return changed


def rewriting(mutation: Mutation, note: Callable[[], None]) -> Rewrite:
    """Return a function that applies a mutation; ``note`` is called for each changed answer."""
    if mutation.change is None:
        return healed
    fault = Mutated(mutation.change, note)
    return lambda scenario: replace(
        scenario, rules=(*(_with(rule, fault) for rule in scenario.rules), Rule(faults=(fault,)))
    )


def healed(scenario: Scenario) -> Scenario:
    """Return a scenario without its faults and limits, but with the same texts of the model."""
    return replace(
        scenario,
        tier=None,
        context=None,
        capacity=None,
        spent=Spent(),
        port=Port(),
        limits=(),
        rules=tuple(map(_without_faults, scenario.rules)),
    )


def _with(rule: Rule, fault: Mutated) -> Rule:
    """Return a rule with one more fault in each action, except those that pass to later rules."""
    if not rule.sequence:
        return replace(rule, faults=(*rule.faults, fault))
    return replace(
        rule,
        sequence=tuple(
            one if one.passes else replace(one, faults=(*one.faults, fault))
            for one in rule.sequence
        ),
    )


def _without_faults(rule: Rule) -> Rule:
    if not rule.sequence:
        return replace(rule, faults=())
    return replace(rule, sequence=tuple(RuleAction(one.reply) for one in rule.sequence))
