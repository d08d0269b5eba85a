"""Times when the port itself is out of order, so that requests do not reach the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .schedule import Window

PortState: TypeAlias = Literal["open", "refuses", "ignores", "breaks_tls"]


@dataclass(frozen=True, slots=True)
class Port:
    """
    The windows in which clients get no connection.

    If windows overlap, the first of them in this order applies: refuses, ignores, breaks_tls.

    In the window ``refuses``, connections are refused at once, as during a restart. In the window
    ``ignores``, attempts to connect get no reply and time out, as behind a firewall; a client that
    still waits when the window closes is then connected. In the window ``breaks_tls``, the
    connection is lost during the TLS handshake; this has no effect on a server without TLS. The
    SDKs, including their warm-up, try three times within one and a half seconds, which is too short
    to survive a restart. When a window opens, idle keep-alive connections are closed, but answers
    in progress finish.
    """

    refuses: Window | None = None
    ignores: Window | None = None
    breaks_tls: Window | None = None

    def state(self, elapsed: float) -> PortState:
        """Return the state of the port ``elapsed`` seconds after the scenario's start."""
        for state, window in self._windows():
            if window is not None and window.open(elapsed):
                return state
        return "open"

    def until_change(self, elapsed: float) -> float:
        """Return the seconds until a window next opens or closes; infinity if none does."""
        return min((one.until_change(elapsed) for one in self.windows), default=float("inf"))

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows that the scenario sets."""
        return tuple(window for _, window in self._windows() if window is not None)

    def _windows(self) -> tuple[tuple[PortState, Window | None], ...]:
        return (
            ("refuses", self.refuses),
            ("ignores", self.ignores),
            ("breaks_tls", self.breaks_tls),
        )
