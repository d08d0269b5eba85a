"""Restarts a scenario when one of its files has changed."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from mockserver.core.documents import SUFFIXES, Document, noting_files, read_text
from mockserver.core.errors import DocumentError, MockServerError
from mockserver.journal import Retention
from mockserver.scenario import Scenario, load, names
from mockserver.scenario.checks import kind_of

from .live import LiveEngine, Overrides
from .play.clock import Clock

T = TypeVar("T")
_SECONDS = 0.25
_Stamp: TypeAlias = tuple[int, int, int] | None
"""A value that changes whenever the file changes; None while the file does not exist."""
_log = logging.getLogger("mockserver")


class Reloader:
    """
    Plays a scenario in ``live``, given its shipped name or a path, and reloads it.

    If the path is a folder, the scenario that changed last is played. If that scenario or a file
    that it includes changes again, the scenario is restarted; if another scenario changes, the
    other scenario is started. Raises MockServerError if there is no valid scenario at the start;
    later, an invalid scenario leaves the last valid one running.
    """

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, object],
        overrides: Overrides,
        *,
        clock: Clock | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._folder = Path(name) if Path(name).is_dir() and name not in names() else None
        self._parameters = parameters
        self._read: dict[Path, _Stamp] = {}
        self._known: dict[Path, _Stamp] = {}
        self._seen: dict[Path, _Stamp] = {}
        self._name = self._newest(self._listed()) if self._folder else name
        if not self._name:
            suffixes = " or ".join(SUFFIXES)
            raise DocumentError(f"{name}: this folder contains no scenario in a {suffixes} file")
        self._known = {file: _stamp(file) for file in self._listed()}
        self.live = self._reading(
            lambda scenario: LiveEngine(scenario, overrides, clock=clock, retention=retention)
        )

    @property
    def watches(self) -> bool:
        """Whether there is a file to watch."""
        return bool(self._known)

    async def run(self, tick: Callable[[], Awaitable[object]] | None = None) -> None:
        """Check for changes after each ``tick``, forever."""
        tick = tick or partial(asyncio.sleep, _SECONDS)
        while True:
            await tick()
            self.look()

    def look(self) -> None:
        """
        Play a changed scenario when its files are the same as at the last call.

        A half-written file is therefore never read, and a file that an editor is replacing is not
        reported as missing.
        """
        seen = {file: _stamp(file) for file in {*self._known, *self._listed()}}
        settled, self._seen = seen == self._seen, seen
        if not settled or seen == self._known:
            return
        changed = [file for file in seen if seen[file] != self._known.get(file)]
        self._known = seen
        if self._read.keys().isdisjoint(changed):
            other = self._newest(file for file in changed if seen[file])
            if not other:
                return
            self._name = other
        self._play()

    def _play(self) -> None:
        try:
            self._reading(self.live.play)
        except MockServerError as error:
            going = self.live.scenario.name
            _log.warning("%s is invalid; scenario %r keeps running\n%s", self._name, going, error)
        else:
            _log.info("%s has changed; scenario %r begins", self._name, self.live.scenario.name)

    def _reading(self, begin: Callable[[Scenario], T]) -> T:
        """Load the scenario and begin it. Just before each file is read, record its stamp."""
        self._read = {}

        def note(path: str) -> None:
            file = _normal(path)
            self._read.setdefault(file, _stamp(file))

        try:
            with noting_files(note):
                return begin(load(self._name, self._parameters))
        finally:
            listed = {file: self._known.get(file) for file in self._listed()}
            self._known = {**listed, **self._read}

    def _listed(self) -> list[Path]:
        try:
            files = sorted(self._folder.iterdir()) if self._folder else []
        except OSError:
            return []  # the folder does not exist at the moment
        return [_normal(file) for file in files if file.suffix in SUFFIXES]

    def _newest(self, files: Iterable[Path]) -> str:
        """Return the path of the scenario that was changed last, or "" without a scenario."""
        scenarios = [file for file in files if _is_scenario(file)]
        return str(max(scenarios, key=lambda file: _stamp(file) or (0,), default=""))


def _stamp(file: Path) -> _Stamp:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _normal(path: str | Path) -> Path:
    """Return the canonical form of a path, without following links."""
    return Path(os.path.normpath(path))


def _is_scenario(file: Path) -> bool:
    """Return whether a file is a scenario; an unreadable file counts, so its error is reported."""
    try:
        return kind_of(Document(read_text(str(file)), source=str(file)).data) == "scenario"
    except DocumentError:
        return True
