"""Starts ``cerebras-mock``, or reports that another package ``mockserver`` hides ours."""

from __future__ import annotations

import sys

from .settings.package_check import foreign_package

_INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as shells report it."""


def main() -> None:
    """Run the command line; exit with status 2 if Python finds another package ``mockserver``."""
    hidden = foreign_package()
    if hidden is not None:
        sys.stderr.write(f"Error: {hidden}\n")
        raise SystemExit(2)
    try:
        from mockserver.cli import main as command

        from .report.command import report
        from .run.command import run
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    command.add_command(run)
    command.add_command(report)
    command()
