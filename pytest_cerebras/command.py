"""Starts ``cerebras-mock``, or says in a sentence that another ``mockserver`` hides ours."""

from __future__ import annotations

import sys

from .settings.package_check import foreign_package


def main() -> None:
    """Run the command line, or end with status 2 if Python finds another ``mockserver``."""
    hidden = foreign_package()
    if hidden is not None:
        sys.stderr.write(f"Error: {hidden}\n")
        raise SystemExit(2)
    from mockserver.cli import main as command

    command()
