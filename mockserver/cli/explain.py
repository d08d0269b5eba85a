"""``cerebras-mock explain``: shows what happens to sample requests."""

from __future__ import annotations

import codecs
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from .options import SET, not_empty, one_sentence, overridable, warn

if TYPE_CHECKING:
    from mockserver.api.contract.edition import Edition
    from mockserver.journal import Exchange
    from mockserver.plan.timeline import SpanKind

_NARROWEST = 60
_STYLES: Mapping[SpanKind, dict[str, Any]] = {
    "wait": {"fg": "yellow"},
    "pause": {"dim": True},
    "head": {"fg": "blue"},
    "error": {"fg": "red"},
    "data": {"fg": "green"},
    "end": {"fg": "green"},
    "lost": {"fg": "red", "bold": True},
    "stall": {"fg": "magenta"},
}


@click.command()
@click.argument("scenario", callback=not_empty)
@click.option("--requests", default=6, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--interval", default="1s", show_default=True, help="Time between requests.")
@click.option(
    "--model",
    callback=not_empty,
    show_default="llama3.1-8b, or the first that the edition serves",
    help="Model to request.",
)
@click.option("--stream/--no-stream", default=True, show_default=True, help="Request a stream.")
@click.option(
    "--svg",
    type=click.File("w", encoding="utf-8"),
    metavar="FILE",
    help="Draw all requests on one time axis into this SVG file instead (-: stdout).",
)
@overridable
@SET
def explain(  # noqa: PLR0913 (an argument for each option)
    *,
    scenario: str,
    requests: int,
    interval: str,
    model: str | None,
    stream: bool,
    svg: TextIO | None,
    edition: str | None,
    tier: str | None,
    seed: int | None,
    parameters: dict[str, Any],
) -> None:
    """
    Print what happens to sample requests, with time lines. No server is needed.

    Warnings about the scenario are printed as well.
    """
    from mockserver.core.units import seconds
    from mockserver.edge.live import Overrides
    from mockserver.engine.explain import samples, told_as_svg, told_as_text
    from mockserver.scenario import loaded

    try:
        pause = seconds(interval)
    except ValueError as error:
        raise click.UsageError(f"--interval {error}, found {interval!r}") from error
    with one_sentence():
        read = loaded(scenario, parameters)
        found = Overrides(edition, tier, seed).applied_to(read.scenario)
        met = samples(
            found,
            requests=requests,
            interval=pause,
            model=model,
            stream=stream,
            remarks=_remarks,
        )
    for oddity in read.warnings():
        warn(oddity)
    title = f"{found.name}: {found.description}"
    if svg is not None:
        svg.write(told_as_svg(met, title=title))
        return
    click.echo(title)
    if found.expect:
        click.echo(f"a good app: {found.expect}")
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    for line in told_as_text(met, width=width, plain=not _is_unicode(sys.stdout), paint=_painted):
        click.echo(line)


def _remarks(exchange: Exchange, edition: Edition) -> Sequence[str]:
    """Return what the report of a failed test says about a refusal: the reason and the fix."""
    from mockserver.verdicts.classify import classify

    found = classify(exchange, edition)
    if not (exchange.refused and found.what):
        return ()
    return (f"what: {found.what}", f"fix:  {found.fix}")


def _painted(text: str, kind: SpanKind) -> str:
    return click.style(text, **_STYLES[kind])


def _is_unicode(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding).name.startswith("utf")
