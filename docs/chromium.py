"""
A headless Chromium with one page, controlled over a pipe. It can also press keys.

The protocol is that of https://chromedevtools.github.io/devtools-protocol: messages in JSON, each
followed by a NUL. This browser takes the pictures of the report, and tests the report's page.
"""

from __future__ import annotations

import json
import socket
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

Scheme: TypeAlias = Literal["light", "dark"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
# Chromium reads file descriptor 3 and writes to 4. Here both are the same end of a socket pair.
_START = 'fd=$1; shift; exec "$@" --remote-debugging-pipe 3<&"$fd" 4>&"$fd"'
_KEYS: Mapping[str, Mapping[str, object]] = {
    "Tab": {"code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    " ": {"code": "Space", "windowsVirtualKeyCode": 32, "text": " "},
}
_UNTIL = """new Promise(done => {
  const end = performance.now() + 1000 * %d;
  const look = () => (%s) ? done(true)
    : performance.now() > end ? done(false) : setTimeout(look, 5);
  look();
})"""
_PATIENCE = 30  # seconds


class ChromiumError(Exception):
    """Chromium refused a command or has ended, or a condition did not become true in time."""


class Chromium:
    """The browser and its page, which run during a ``with`` block."""

    def __init__(self, program: str = "chromium") -> None:
        self._program = program
        self._numbers = count(1)
        self._session: dict[str, str] = {}
        self._unread = b""

    def __enter__(self) -> Self:
        """Start the browser, with a profile of its own."""
        with ExitStack() as stack:
            profile = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            self._socket, theirs = socket.socketpair()
            stack.callback(self._socket.close)
            self._socket.settimeout(_PATIENCE)
            with theirs:
                command = [self._program, *_FLAGS, f"--user-data-dir={profile}"]
                process = subprocess.Popen(  # noqa: S603 (the caller's program)
                    ["bash", "-c", _START, "bash", str(theirs.fileno()), *command],  # noqa: S607
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            stack.callback(_end, process)
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
            self._session = {"sessionId": attached["sessionId"]}
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the browser."""
        self._session = {}
        self._stack.callback(self.send, "Browser.close")
        self._stack.close()

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol. Raises ChromiumError, TimeoutError."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **self._session}
        self._socket.sendall(json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != number:
            pass  # an event
        if "error" in answer:
            raise ChromiumError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def show(self, file: Path, *, width: int, height: int, scheme: Scheme) -> None:
        """Load a page in a window of this size, for a reader who prefers this color scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        prefers = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", features=[prefers])
        self.send("Page.navigate", url=file.absolute().as_uri())
        self.until("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression. Raises ChromiumError."""
        found = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise ChromiumError(f"{expression}: {found['exceptionDetails']['exception']}")
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true. Raises ChromiumError."""
        if not self.evaluate(_UNTIL % (_PATIENCE // 2, condition)):
            raise ChromiumError(f"not within {_PATIENCE // 2} s: {condition}")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **_KEYS[key])
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, **_KEYS[key])

    def picture(self) -> bytes:
        """Return what the window shows, as PNG."""
        return b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            piece = self._socket.recv(1 << 16)
            if not piece:
                raise ChromiumError("Chromium has ended")
            self._unread += piece
        message, _, self._unread = self._unread.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
