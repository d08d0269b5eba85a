"""The command line: the group of all commands."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import click

from .check import check
from .doctor import doctor
from .explain import explain
from .init import init
from .scenarios import scenarios
from .schema import schema
from .serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pytest-cerebras", prog_name="cerebras-mock")
@click.pass_context
def main(context: click.Context) -> None:
    """Mock the Cerebras inference API, and break it on command."""
    if os.environ.get("NO_COLOR"):
        context.color = False
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # any name is printable


for _command in (serve, scenarios, init, check, explain, doctor, schema):
    main.add_command(_command)
