"""Options that several commands share, and the reporting of errors and warnings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from mockserver.core.errors import MockServerError, shown


def not_empty(_: click.Context, __: click.Parameter, given: Any) -> Any:
    """
    Refuse an empty text, such as that of a variable that is not set: ``--scenario "$NAME"``.

    Python would take an empty path for the current folder.
    """
    if "" in (given if isinstance(given, tuple) else (given,)):
        raise click.BadParameter("should not be empty")
    return given


_OVERRIDES = (
    click.option("--seed", type=int, help="Seed of every random draw."),
    click.option(
        "--tier", callback=not_empty, help="Enforce the rate limits of this tier, such as free."
    ),
    click.option(
        "--edition",
        callback=not_empty,
        help="State of the API to imitate: guide, 2026-11, or a YAML file.",
    ),
)


def overridable(command: Callable[..., None]) -> Callable[..., None]:
    """Add to a command the options that override the settings of a scenario."""
    for option in _OVERRIDES:
        command = option(command)
    return command


def _parameters(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """Read the values of ``--set``: each is ``NAME=VALUE``, with the value in YAML."""
    from mockserver.core.documents import value_of

    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.BadParameter(f"should be NAME=VALUE, found {shown(one)}")
        if name in found:
            raise click.BadParameter(f"{shown(name)} is given twice")
        with one_sentence():
            found[name] = value_of(value, source=f"--set {name}")
    return found


SET = click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parameters,
    help="A parameter of the scenario; can be repeated.",
)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an error into one sentence and its exit status."""
    try:
        yield
    except MockServerError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_status)


def warn(what: str) -> None:
    """Print a warning to stderr."""
    click.secho(f"warning: {what}", fg="yellow", err=True)
