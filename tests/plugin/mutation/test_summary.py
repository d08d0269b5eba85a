from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.mutation.mutations import MUTATIONS
from pytest_cerebras.mutation.summary import show, show_one


class Reporter:
    """Keeps the lines of a section."""

    def __init__(self):
        self.lines = []

    def section(self, title, **_):
        """Keep a title, whatever it looks like."""
        self.lines.append(title)

    line = section


def shown(*found):
    reporter = Reporter()
    show(reporter, found)
    return reporter.lines


def test_blind_tests_come_first_and_those_left_out_last():
    """Others keep their order."""
    assert shown(
        Tried("a.py::out", left_out="it is skipped", file="a.py", line=1),
        Tried("a.py::two", noticed=("empty",), file="a.py", line=9),
        Tried("a.py::one", noticed=("empty",), missed=("half",), file="a.py", line=5),
        Tried("b.py::blind", missed=("half",), blind=True, replay="pytest b", file="b.py"),
    ) == [
        "Cerebras: mutation",
        "tests that notice a change: 2 of 3 (66.7 %)",
        "blind: b.py::blind",
        "    it passes although each answer ends in the middle",
        "    replay: pytest b",
        "a.py::one: noticed 1 of 2",
        "a.py::two: noticed 1 of 1",
        "a.py::out: left out: it is skipped",
    ]


def test_note_of_a_blind_test():
    blind = Tried("t", ("error",), ("empty",), blind=True, note="it notices only errors")
    assert "    it passes although each answer is empty; it notices only errors" in shown(blind)


def test_nothing_tried():
    assert "no test uses the mock" in shown()[1]


def test_one_mutation():
    reporter = Reporter()
    show_one(reporter, MUTATIONS[1])
    assert reporter.lines[1] == "the tests ran under one mutation: each answer is empty"
