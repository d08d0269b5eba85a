"""Starts a command, passes signals on to it, and waits until it has ended."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .signals import BY_SIGNAL, Signals

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # exit statuses, as in a shell


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments, to which ``signals`` passes on what this process receives."""

    words: Sequence[str]
    signals: Signals

    def run(self, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """
        Run the command; return its exit status, and a sentence if it could not be started.

        The command is not started after a signal.
        """
        name = shlex.quote(self.words[0])
        if self.signals.first:
            return self.signals.status, f"{name}: not started, because of {self.signals.name}"
        try:
            # the command is what the user typed after "--", or this program itself
            process = subprocess.Popen(self.words, env=environment)  # noqa: S603
            with process, self.signals.passed_on(process):
                status = process.wait()
        except FileNotFoundError:
            return NOT_FOUND, f"{name}: there is no such command"
        except OSError as error:
            return NOT_EXECUTABLE, f"{name}: can't be started: {error.strerror}"
        return (status if status >= 0 else BY_SIGNAL - status), ""
