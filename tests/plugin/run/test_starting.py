"""How a command is started, and what is known of its end."""

from __future__ import annotations

import shlex
import signal
import sys

import pytest

from pytest_cerebras.run.signals import Signals
from pytest_cerebras.run.starting import Command


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ((sys.executable, "-c", "import sys; sys.exit(7)"), (7, "")),
        ((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), (137, "")),
        (("no-such-command",), (127, "no-such-command: there is no such command")),
        (("",), (126, "'': can't be started: Permission denied")),
        (("/",), (126, "/: can't be started: Permission denied")),
    ],
)
def test_status(words, ended):
    """The exit status is that of a shell, with a sentence if nothing was started."""
    assert Command(words, Signals()).run() == ended


def test_after_a_signal(tmp_path):
    """After a signal nothing is started any more."""
    signals = Signals()
    signals.first = signal.SIGINT
    code = f"open({str(tmp_path / 'made')!r}, 'w')"
    status, sentence = Command((sys.executable, "-c", code), signals).run()
    assert (status, sentence) == (
        130,
        f"{shlex.quote(sys.executable)}: not started, because of SIGINT",
    )
    assert not (tmp_path / "made").exists()
