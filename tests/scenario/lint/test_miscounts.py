"""Rules that seem to be counted together; which pairs do is in ``test_rules``."""

from mockserver.scenario import Match, Rule, Schedule
from mockserver.scenario.lint.miscounts import Counters


def test_the_last_is_named():
    """A rule is compared with the last one that is for the same requests."""
    counters = Counters()
    rules = [
        Rule(schedule=Schedule(at=(1,))),
        Rule(match=Match(stream=True), schedule=Schedule(at=(2,))),
        Rule(schedule=Schedule(at=(2,))),
        Rule(schedule=Schedule(at=(3,))),
    ]
    assert [counters.miscounting(at, rule) for at, rule in enumerate(rules)] == [None, None, 0, 2]


def test_very_many_numbers():
    """Numbers beyond a few hundred are not compared, and ranges of any size are."""
    counters = Counters()
    many = Rule(schedule=Schedule(at=tuple(range(1, 1000))))
    assert counters.miscounting(0, many) is None
    assert counters.miscounting(1, Rule(schedule=Schedule(at=(1000,)))) is None
    assert counters.miscounting(2, Rule(schedule=Schedule(first=10**15, after=1000))) == 1
    assert counters.miscounting(3, Rule(schedule=Schedule(at=(10**15 + 1001,)))) == 2
