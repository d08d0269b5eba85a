"""
The options on the command line, and the keys in the ini file.

Every pytest run in an environment with this package imports this module. To keep that cheap, it
imports only pytest.
"""

from __future__ import annotations

import argparse

import pytest

from .names import CHAOS, EACH, MARKER, MUTATIONS, OPTIONS, SEARCH, STRICT, SWITCHES


class _WordAction(argparse.Action):
    """
    Reads an option with or without a value: ``--cerebras-strict``, ``--cerebras-strict=all``.

    With argparse's own optional values, a path after the option would be taken for the value.
    """

    def __call__(
        self, _: object, namespace: argparse.Namespace, __: object, option: str | None = None
    ) -> None:
        """Store the text after the equals sign, or the option's default if there is none."""
        setattr(namespace, self.dest, (option or "").partition("=")[2] or self.const)


def add_options(parser: pytest.Parser) -> None:
    """Add one option, one ini key and one environment variable for each setting."""
    group = parser.getgroup("cerebras", "mock of the Cerebras API")
    for name, _, what in SWITCHES:
        group.addoption(f"--cerebras-{name}", action="store_true", help=what)
        parser.addini(f"cerebras_{name}", what, type="bool", default=False)
    group.addoption(
        *("--cerebras-strict", *(f"--cerebras-strict={which}" for which in STRICT)),
        action=_WordAction,
        nargs=0,
        const=STRICT[0],
        dest="cerebras_strict",
        help="fail a test if a verdict on its client is certain; all: fail it for advice as well",
    )
    parser.addini("cerebras_strict", "which verdicts fail their test: true, false, or all")
    group.addoption(
        "--cerebras-chaos",
        metavar="all|relevant|NAME,...|tag:NAME",
        help="run every test that uses the mock under each of these scenarios; relevant: all "
        "scenarios that can act on the test; NAME(after=3) chooses a parameter",
    )
    group.addoption(
        "--cerebras-shard",
        metavar="N/M",
        help="run only the N-th of M parts of the tests, such as 2/8, with one machine for each "
        "part; cerebras-mock report merge joins the reports",
    )
    parser.addini("cerebras_shard", "the shard of the tests to run, such as 2/8")
    group.addoption(
        "--cerebras-baseline",
        metavar="FILE",
        help="accept the verdicts in this file, so that strict fails tests only for new verdicts; "
        "if the file is missing, the run writes it",
    )
    _add_report(group)
    group.addoption(
        "--cerebras-search",
        metavar="BUDGET|replay",
        help="look for sequences of faults that break a test, for 60s or with 500 stories for "
        "each test; replay: play only the stories found before",
    )
    _add_mutate(group)
    for name, metavar, what in OPTIONS:
        dest = f"cerebras_{name}"
        flag = f"--cerebras-{name.replace('_', '-')}"
        group.addoption(flag, metavar=metavar, dest=dest, help=what)
        parser.addini(dest, what)


def _add_report(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--cerebras-report",
        action="append",
        metavar="FILE",
        help="write a report on the tests that use the mock, as FILE.html, FILE.json, or FILE.xml "
        "for JUnit; can be repeated",
    )
    group.addoption(
        "--cerebras-fail-under",
        metavar="PERCENT|met=PERCENT|noticed=PERCENT|explored=PERCENT",
        help="fail if the fault coverage is below this percentage; noticed: if a smaller "
        "percentage of tests notices a change (--cerebras-mutate); explored: if a smaller "
        "percentage of faults was tried (--cerebras-search)",
    )


def _add_mutate(group: pytest.OptionGroup) -> None:
    group.addoption(
        *("--cerebras-mutate", *(f"--cerebras-mutate={name}" for name in MUTATIONS)),
        action=_WordAction,
        nargs=0,
        const=EACH,
        dest="cerebras_mutate",
        help="repeat each passing test with changed answers, and list the tests that do not "
        "notice; =NAME: run the tests under this change only",
    )


def add_markers(config: pytest.Config) -> None:
    """Register the markers, with their parameters."""
    names = (*(name for name, *_ in OPTIONS), "parameters", "verdicts", "allow_unmet")
    markers = {
        MARKER: (", ".join(f"{name}=None" for name in names), "use the mock of the Cerebras API"),
        CHAOS: (
            "*scenarios, expect='survives', raises=None, allow_unmet=False",
            "run under these scenarios, and state the expected result",
        ),
        SEARCH: ("allows=()", "the exceptions that may end the test under search"),
    }
    for name, (parameters, what) in markers.items():
        config.addinivalue_line("markers", f"{name}({parameters}): {what}")
