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
    Reads ``--cerebras-strict`` and ``--cerebras-strict=all``, and options of the same form.

    If the option had an optional value, argparse would mistake a path after the option for it.
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
        help="let verdicts on the client fail their test if they are certain; all: let advice "
        "fail it, too",
    )
    parser.addini("cerebras_strict", "which verdicts fail their test: true, false, or all")
    group.addoption(
        "--cerebras-chaos",
        metavar="all|relevant|NAME,...|tag:NAME",
        help="run every test that uses the mock under each of these scenarios; relevant: all that "
        "can act on it; NAME(after=3) chooses a parameter",
    )
    group.addoption(
        "--cerebras-shard",
        metavar="N/M",
        help="run the N-th of M parts of the tests, each on a machine of its own, such as 2/8; "
        "cerebras-mock report merge joins the reports",
    )
    parser.addini("cerebras_shard", "the part of the tests to run, such as 2/8")
    group.addoption(
        "--cerebras-baseline",
        metavar="FILE",
        help="accept the verdicts in this file, so that strict fails only new ones; if it is "
        "missing, the run writes it",
    )
    _add_report(group)
    group.addoption(
        "--cerebras-search",
        metavar="BUDGET|replay",
        help="look for faults, in any order, that break a test: 60s or 500 stories for each test; "
        "replay: only those found before",
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
        help="write a report on the tests that use the mock: FILE.html or FILE.json; repeatable",
    )
    group.addoption(
        "--cerebras-fail-under",
        metavar="PERCENT|met=PERCENT|noticed=PERCENT|explored=PERCENT",
        help="fail when the tests have met fewer kinds of trouble than this; noticed: when fewer "
        "tests notice a change (--cerebras-mutate); explored: when fewer faults are tried "
        "(--cerebras-search)",
    )


def _add_mutate(group: pytest.OptionGroup) -> None:
    group.addoption(
        *("--cerebras-mutate", *(f"--cerebras-mutate={name}" for name in MUTATIONS)),
        action=_WordAction,
        nargs=0,
        const=EACH,
        dest="cerebras_mutate",
        help="run each test that passes again with other answers, and list those that do not "
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
        SEARCH: ("allows=()", "the exceptions with which the search may see the test end"),
    }
    for name, (parameters, what) in markers.items():
        config.addinivalue_line("markers", f"{name}({parameters}): {what}")
