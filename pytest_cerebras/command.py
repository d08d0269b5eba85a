"""Starts ``cerebras-mock``, or says in one sentence that another ``mockserver`` hides ours."""

from __future__ import annotations

import sys

from .settings.package_check import foreign_package


def main() -> None:
    """Run the command line, or exit with status 2 if Python finds another ``mockserver``."""
    hidden = foreign_package()
    if hidden is not None:
        sys.stderr.write(f"Error: {hidden}\n")
        raise SystemExit(2)
    from mockserver.cli import main as command

    from .report.command import report
    from .run.command import run

    command.add_command(run)
    command.add_command(report)
    command()
