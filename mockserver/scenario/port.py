"""When the port itself is out of order, so that no request comes as far as a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .schedule import Window

PortState: TypeAlias = Literal["open", "refuses", "ignores", "breaks_tls"]


@dataclass(frozen=True, slots=True)
class Port:
    """
    The windows in which clients get no connection; of two that overlap the first one counts.

    In the window ``refuses`` nobody listens: connects are refused at once, as while a service is
    restarted. In the window ``ignores`` nobody answers either: connects time out, as behind a
    firewall, and one that outlasts the window gets through late. In the window ``breaks_tls`` the
    connection is lost in the middle of the TLS handshake; a server without TLS has none to break.
    The SDKs try three times within one and a half seconds, their warm-up as well; whoever has to
    survive a restart needs more patience. Connections that are kept alive are closed when a window
    opens, answers on their way are finished.
    """

    refuses: Window | None = None
    ignores: Window | None = None
    breaks_tls: Window | None = None

    def state(self, elapsed: float) -> PortState:
        """Return what it does so many seconds after the scenario's start."""
        for state, window in self._windows():
            if window is not None and window.open(elapsed):
                return state
        return "open"

    def until_change(self, elapsed: float) -> float:
        """Return the seconds until the next window opens or closes; infinite without one."""
        windows = (window for _, window in self._windows() if window is not None)
        return min((window.until_change(elapsed) for window in windows), default=float("inf"))

    def _windows(self) -> tuple[tuple[PortState, Window | None], ...]:
        return (
            ("refuses", self.refuses),
            ("ignores", self.ignores),
            ("breaks_tls", self.breaks_tls),
        )
