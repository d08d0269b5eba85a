"""
Splits the tests of a run over several machines: ``--cerebras-shard 2/8`` runs the second eighth.

The shard of a test is computed from the names of all tests alone, so that every machine and every
xdist worker computes the same shard. It must not depend on anything else, such as the order of
tests, a cache or a salted hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import OPTIONS
from pytest_cerebras.settings.sources import shard_asked

_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_OUTPUT = "cerebras_shard"  # the key of the data that an xdist worker sends
_SKIPS_FILES = "lfplugin-collwrapper"  # pytest's name for the part of --lf that skips files
# options that need all tests of the run, and what to do instead
_NEEDS_ALL = {
    "cerebras_fail_under": "a shard meets only some kinds of trouble: use --fail-under of "
    "cerebras-mock report merge instead of --cerebras-fail-under",
    "stepwise": "leave out --stepwise, which needs all tests in their order",
}


@dataclass(frozen=True, slots=True)
class Shard:
    """One of the ``of`` shards of a run. ``number`` counts from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """Return the shard in the notation of the option."""
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Split:
    """
    The result of splitting a collection: ``items`` of ``of_items`` tests are in this shard.

    ``chosen`` is the number of these tests that should run; with ``--lf`` it may be smaller than
    ``items``. ``tests`` is a digest of the names of all tests.
    """

    items: int
    of_items: int
    chosen: int
    tests: str


class Sharding:
    """Selects the tests of one shard, and counts them."""

    def __init__(self, shard: Shard, run: Mapping[str, str]) -> None:
        self.shard = shard
        self.run = run
        self.split: Split | None = None
        self._ran: set[str] = set()
        self._all: Sequence[str] = ()
        self._own: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether all tests that should run have run."""
        return self.split is not None and len(self._ran) >= self.split.chosen

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Deselect the tests of other shards, after ``-k`` and ``-m`` and before ``--lf``."""
        self._all = names = sorted({item.nodeid for item in items})
        self._own = frozenset(of_shard(names, self.shard))
        others = [item for item in items if item.nodeid not in self._own]
        if others:
            items[:] = [item for item in items if item.nodeid in self._own]
            config.hook.pytest_deselected(items=others)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests; an xdist worker sends the counts to the process that reports."""
        chosen = len({item.nodeid for item in session.items})
        digest = sha256("\n".join(self._all).encode(errors="backslashreplace")).hexdigest()
        self.split = Split(len(self._own), len(self._all), chosen, digest)
        if hasattr(session.config, "workerinput"):
            counts = {each.name: getattr(self.split, each.name) for each in fields(Split)}
            session.config.workeroutput[_OUTPUT] = counts  # type: ignore[attr-defined]  # of xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the counts from a worker that ended; a worker that crashed has none."""
        counts = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if counts is not None:
            self.split = Split(**counts)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test has run."""
        self._ran.add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let an empty shard pass. A run of three tests in eight shards has five empty ones."""
        nothing = session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        if nothing and self.split is not None and self.split.of_items and not self.split.items:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Write how many tests are in this shard."""
        if self.split is not None:
            count = f"{self.split.items} of {self.split.of_items} items"
            terminalreporter.line(f"cerebras: shard {self.shard}: {count}")


SHARDING = pytest.StashKey[Sharding]()


def of_shard(names: Iterable[str], shard: Shard) -> list[str]:
    """
    Return the names in a shard.

    Each name is in one shard, and the sizes of shards differ by at most one. The names are dealt in
    the order of their digests, so that slow scenarios don't end up in one shard.

    >>> [of_shard("abcde", Shard(number, 2)) for number in (1, 2)]
    [['d', 'b', 'a'], ['c', 'e']]
    """
    digests = {name: sha256(name.encode(errors="backslashreplace")).digest() for name in names}
    return sorted(digests, key=lambda name: (digests[name], name))[shard.number - 1 :: shard.of]


def register(config: pytest.Config) -> None:
    """Split the run into shards according to the settings. Raises UsageError."""
    shard = _shard(config)
    for option, why in _NEEDS_ALL.items():
        if config.getoption(option, default=None):
            raise pytest.UsageError(f"--cerebras-shard {shard}: {why}")
    baseline = config.getoption("cerebras_baseline")
    if baseline is not None and not Path(baseline).exists():
        raise pytest.UsageError(
            f"--cerebras-shard {shard}: the baseline {baseline} does not exist, and a shard would "
            "write only its own verdicts: create the file with a run without shards"
        )
    if config.pluginmanager.has_plugin(_SKIPS_FILES):
        # --lf skips files without failures, so the set of tests would depend on the cache
        config.pluginmanager.unregister(name=_SKIPS_FILES)
    config.stash[SHARDING] = sharding = Sharding(shard, _in_common(config))
    config.pluginmanager.register(sharding, "cerebras-sharding")


def _shard(config: pytest.Config) -> Shard:
    rank, text = shard_asked(config) or (0, "")
    parts = _SHARD.fullmatch(text.strip())
    shard = Shard(int(parts[1]), int(parts[2])) if parts else Shard(0, 0)
    if not 1 <= shard.number <= shard.of:
        raise pytest.UsageError(
            f"{options.place('shard', rank)} should be N/M with N from 1 to M, such as 2/8, "
            f"found {text!r}"
        )
    return shard


def _in_common(config: pytest.Config) -> Mapping[str, str]:
    """Return the facts, other than the tests, that must be equal in all shards of a run."""
    settings = options.resolve(config)
    found = {name: getattr(settings, name) for name in (*(name for name, *_ in OPTIONS), "strict")}
    return {
        "version": version("pytest-cerebras"),
        "chaos": config.getoption("cerebras_chaos") or "",
        **{name: "" if value is None else str(value) for name, value in found.items()},
    }
