"""Each app of the corpus meets its scenario: the guilty one is judged, the fixed one is not."""

from __future__ import annotations

import contextlib

import pytest

from .apps.sdks import close_all
from .cells import Cell, cells, limited
from .score import ADVICE, SEEN, is_right

SLIPS = (AssertionError, AttributeError, ImportError, NameError, TypeError, Warning)


def _param(cell: Cell):
    marks = [pytest.mark.cerebras_mock(**cell.marker)]
    if cell.clock == "real":
        marks.append(pytest.mark.slow)
    return pytest.param(cell, id=cell.name, marks=marks)


@contextlib.contextmanager
def _own_errors():
    """Let an app end with its own error, but not with a slip of who has written it here."""
    try:
        yield
    except SLIPS:
        raise
    except Exception as error:  # noqa: BLE001 (whatever its library raises)
        print(f"ended with {error!r}")
    finally:
        close_all()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # apps leave streams, as apps do
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:this waits in real time")  # the limit of a cell, on purpose
@pytest.mark.parametrize("cell", [_param(cell) for cell in cells()])
def test_judged(cell, cerebras_mock, record_property, capfd, tmp_path, monkeypatch):
    """The guilty twin is told what it does wrong; the fixed one is accused of nothing."""
    pair = cell.told.pair
    settings = {"edition": pair.edition, "tier": pair.tier}
    monkeypatch.chdir(tmp_path)  # what an app writes is evidence
    cerebras_mock.play(pair.file, **settings, **pair.parameters)
    with limited(), _own_errors():
        answer = cell.told.twin(cell.twin)(cerebras_mock)  # noqa: F841 (as what it prints)
    printed = capfd.readouterr().out or None  # noqa: F841
    cerebras_mock.new_interventions()  # what the mock had to stop is for its verdicts to say
    found = {(verdict.certainty, verdict.rule) for verdict in cerebras_mock.verdicts}
    seen = [f"{ADVICE if how == 'advice' else ''}{rule}" for how, rule in sorted(found)]
    record_property(SEEN, " ".join(seen))
    assert is_right(cell, seen), f"{cell.twin} of {pair.rule}: {seen}"
