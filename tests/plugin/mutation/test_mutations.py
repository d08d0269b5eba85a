import pytest

from mockserver.faults import Context, Error
from mockserver.plan import Data, End, Head
from mockserver.scenario import load, names, parse
from pytest_cerebras.mutation.mutations import MUTATIONS, Mutated, Mutation, healed, rewriting
from pytest_cerebras.settings.names import MUTATIONS as ON_THE_COMMAND_LINE

GOOD = (Head(200), Data(b"{}"), End())
BAD = (Head(503), Data(b"{}"), End())
CONTEXT = Context(random=None)


def emptied(plan, _):
    return plan[:1]


def test_names():
    """The option knows all mutations."""
    assert tuple(one.name for one in MUTATIONS) == ON_THE_COMMAND_LINE


def test_only_good_answers_are_changed():
    """An error stays the error of the test's own scenario, and an unchanged answer is not noted."""
    noted = []
    fault = Mutated(emptied, lambda: noted.append(1))
    assert fault.apply(BAD, CONTEXT) == BAD
    assert fault.apply(GOOD[:1], CONTEXT) == GOOD[:1]
    assert noted == []
    assert fault.apply(GOOD, CONTEXT) == GOOD[:1]
    assert noted == [1]


def test_no_answer_is_not_changed():
    assert Mutated(emptied, list).apply((), CONTEXT) == ()


RULES = """
name: own
rules:
  - name: first
    faults: [{error: {status: 503}}]
  - name: second
    sequence: [pass, {error: {status: 500}}]
"""


def test_each_rule_gets_the_change_after_its_own_faults():
    """What a rule lets pass stays so, and what no rule takes is changed as well."""
    first, second, rest = rewriting(Mutation("m", "", emptied), list)(
        parse(RULES, source="own")
    ).rules
    (error, change) = first.faults
    assert (error, change.change) == (Error(status=503), emptied)
    passing, acting = second.sequence
    assert passing.passes
    assert [type(one) for one in acting.faults] == [Error, Mutated]
    assert [type(one) for one in rest.faults] == [Mutated]


def test_healed():
    """Faults are gone, and what the model says stays."""
    rules = healed(parse(RULES, source="own")).rules
    assert not any(action.faults for rule in rules for action in rule.actions)
    said = parse("{name: s, rules: [{reply: {text: Hi}, faults: [{cut: {}}]}]}", source="s")
    assert healed(said).rules[0].reply.text == "Hi"


@pytest.mark.parametrize("name", names())
def test_healed_scenarios_do_nothing(name):
    """Nothing of a shipped scenario is left that breaks an answer, limits it or shuts the port."""
    left = healed(load(name))
    assert not any(rule.breaks for rule in left.rules)
    limits = (left.tier, left.context, left.capacity, left.limits or None)
    assert limits == (None, None, None, None)
    assert left.port.state(0.0) == "open"
    assert left.port.until_change(0.0) == float("inf")


def test_rewriting_without_a_change_heals():
    assert rewriting(Mutation("healed", ""), list) is healed
