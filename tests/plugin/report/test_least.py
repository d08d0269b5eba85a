import pytest

from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.report.least import Least
from pytest_cerebras.report.report import Report
from pytest_cerebras.search.explored import Explored, Line

SEEING, BLIND = Tried("s", noticed=("empty",)), Tried("b", missed=("empty",), blind=True)


@pytest.mark.parametrize(
    ("given", "met", "noticed"),
    [
        (None, None, None),
        ("90", 90, None),
        ("met=90", 90, None),
        (" met = 90", 90, None),
        ("noticed=80", None, 80),
        ("90,noticed=80.5", 90, 80.5),
    ],
)
def test_values(given, met, noticed):
    assert Least.of(given, "--x") == Least(met, noticed)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("lots", "--x should be a percentage from 0 to 100, found 'lots'"),
        ("noticed=nan", "--x should be a percentage from 0 to 100, found 'noticed=nan'"),
        (",90", "--x should be a percentage from 0 to 100, found ''"),
        ("seen=70", "--x seen=70: unknown measure; use met, noticed, explored, as in met=90"),
        ("90,met=80", "--x 90,met=80: met is given twice"),
    ],
)
def test_mistakes(given, sentence):
    with pytest.raises(pytest.UsageError) as raised:
        Least.of(given, "--x")
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("least", "tried", "sentences"),
    [
        (Least(), [], []),
        (Least(noticed=50), [SEEING, BLIND], []),
        (Least(noticed=51), [SEEING, BLIND], ["noticed: 50 %, less than the required 51 %"]),
        (Least(noticed=1), [], ["noticed: no test was judged, less than the required 1 %"]),
    ],
)
def test_too_little(least, tried, sentences):
    assert list(least.short_of(Report.of([], mutation=tried))) == sentences


def test_explored():
    explored = Explored((Line("a.py:1", {"stall": "passed", "slow": "not-tried"}),))
    report = Report.of([], explored=[explored])
    assert list(Least.of("explored=50", "--x").short_of(report)) == []
    (sentence,) = Least.of("explored=51", "--x").short_of(report)
    assert sentence.startswith("explored: 1 of 2 faults at 1 line of the app (50 %)")
    assert sentence.endswith("less than the required 51 %")


def test_too_little_of_both():
    short = list(Least(met=1, noticed=90).short_of(Report.of([], mutation=[BLIND])))
    assert [line.partition(":")[0] for line in short] == ["fault coverage", "noticed"]
