"""
Stops requests where the interpreter resolves names, connects sockets and starts programs.

This is an audit hook (PEP 578), which the interpreter itself calls. Patching ``socket`` instead
would miss libraries that imported its functions earlier. Python has no way to remove an audit hook,
so it is added once, and does nothing while ``_watching`` is empty.

Every Python child of a test imports this module at its start, perhaps with another Python and
without this package's dependencies. So it imports very little until it has to refuse a request.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # not from typing, because that import is slow
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType
    from typing import Any

if TYPE_CHECKING or __package__:
    from . import cerebras_redirect
    from .cerebras_fetchers import fetched
    from .cerebras_hosts import is_real, is_this_machine, name_of, names_another
else:  # in a child, this folder is on the import path while this module is imported
    import cerebras_redirect
    from cerebras_fetchers import fetched
    from cerebras_hosts import is_real, is_this_machine, name_of, names_another

# the first word of a note on a stopped request (OURS, OTHERS), a read, or an allowed request
OURS, OTHERS, READ, ASKED = "real", "other", "read", "asked"
STRAY = "stray"  # a stopped request, to any host, that the current test did not cause
VARIABLE = "CEREBRAS_MOCK_GUARD"
RUN = "run"  # the mode of a run's own guard, which is idle while a test has a guard
REDIRECT = "redirect"  # the mode of a test in which clients are redirected to the mock
PROXIED = "proxied"  # the mode of a command: clients are redirected to the mock or use its proxy
_ACTIVE = "while the mock is active, nothing may reach the real API"
_MADE_BEFORE = (
    "a client made before the test keeps the real address, so make it in a function or fixture"
)
_REPLACED = "or, if the app has a fixed address, let the test replace it with cerebras_mock.url"
_REDIRECTED = "or, if the app has a fixed address, use --cerebras-mode redirect"
# the advice, by the current mode and by whether respx mode could answer the request's client
_RULES = {
    ("server", True): (
        f"{_ACTIVE}; let the app read CEREBRAS_BASE_URL, or use --cerebras-mode respx; "
        f"{_MADE_BEFORE}"
    ),
    ("server", False): (
        f"{_ACTIVE}; let the app read CEREBRAS_BASE_URL, {_REDIRECTED}; {_MADE_BEFORE}"
    ),
    ("respx", True): (
        f"{_ACTIVE}; respx mode answers for api.cerebras.ai only through the transports of httpx "
        "and httpx2; let the app read CEREBRAS_BASE_URL, and use --cerebras-mode server"
    ),
    ("respx", False): (
        f"{_ACTIVE}; respx mode answers only httpx and httpx2 in the test's own process; use "
        "--cerebras-mode redirect, which answers other clients in Python and Node"
    ),
}
_IN_REDIRECT = (
    f"{_ACTIVE}; redirect mode answers for api.cerebras.ai only on connections that Python or "
    "Node makes during the test, without a proxy; let the app read CEREBRAS_BASE_URL"
)
# for other programs, which neither redirect mode nor respx mode reaches
_OF_A_PROGRAM = {
    "server": f"{_ACTIVE}; let the app read CEREBRAS_BASE_URL, {_REPLACED}",
    "respx": (
        f"{_ACTIVE}; respx mode answers only httpx and httpx2 in the test's own process; use "
        f"--cerebras-mode server, and let the app read CEREBRAS_BASE_URL, {_REPLACED}"
    ),
}
_NOT_TURNED = (
    f"{_ACTIVE}, and this client can't be redirected to the mock; let the app read "
    "CEREBRAS_BASE_URL, or use cerebras-mock run --sealed"
)
_OUTSIDE = (
    "in this run nothing may reach the real API, and the mock answers only during a test; make "
    "the client in a function that a test calls, or in a fixture that uses cerebras_mock"
)
_ANSWERED = frozenset({"httpx", "httpx2"})
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_MOST_READS = 1000  # how many reads one process notes at most
_MOST_ASKED = 20  # how many other hosts one process notes at most
_LINE = 4096  # bytes; the first line of a request is expected within these
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_foreign: dict[str, bool] = {}  # a cache for ``_is_foreign``, by file
_watching: list[Guard] = []  # the active guards, innermost last
_turned: list[cerebras_redirect.Redirect] = []  # the targets of redirected clients, innermost last
_children: list[Guard] = []  # the guard of this process if it is a child without a connection yet


class EscapeError(OSError):
    """A forbidden request was stopped."""


class Guard:
    """
    Refuses requests to the real API; if ``others`` is ``block``, also to all other machines.

    ``mode`` is the mode of the mock, or ``RUN``. Each stopped request is noted as a line in the
    file ``path``, because a child process may have sent it, and the app may swallow the error.
    ``elsewhere`` returns why the running code does not belong to the test; an empty string if it
    may belong to the test. ``in_child`` is true in a child process of the test.
    """

    def __init__(self, path: str, *, mode: str = "server", others: str = "pass") -> None:
        self._path = path
        self._mode = mode
        self._others = others
        self._asked: set[str] = set()
        self.in_child = False
        self.elsewhere: Callable[[], str] = str

    def refuse(self, host: object, *, by_program: bool = False) -> None:
        """
        Raise EscapeError if requests to this host are forbidden.

        ``by_program``: a program that sends such a request is about to start.
        """
        name = name_of(host)
        if self._mode == RUN and _watching[-1:] != [self]:
            return
        if is_real(host):
            whose, rule = OURS, self._rule(by_program=by_program)
        elif self._others == "block" and not is_this_machine(name):
            whose, rule = OTHERS, "with --cerebras-others block, no request may leave this machine"
        else:
            self._note_asked(name)
            return
        sentence = f"a request to {name} was stopped{_spot()}: {rule}"
        if reason := self.elsewhere():
            whose, sentence = STRAY, f"{sentence}; {reason}"
        self._note(f"{whose} {sentence}\n")
        raise EscapeError(sentence)

    def _note_asked(self, name: str) -> None:
        """Note the first request to each other host, as it may have been meant for the mock."""
        is_new = name not in self._asked and len(self._asked) < _MOST_ASKED
        if self._mode != RUN and is_new and names_another(name) and not self.elsewhere():
            self._asked.add(name)
            self._note(f"{ASKED} {name}\n")

    def _rule(self, *, by_program: bool) -> str:
        if self._mode == PROXIED:
            return _NOT_TURNED
        if self._mode == RUN:
            return _OUTSIDE
        if by_program and self._mode in _OF_A_PROGRAM:
            return _OF_A_PROGRAM[self._mode]
        if self._mode == REDIRECT:
            return _IN_REDIRECT
        return _RULES[self._mode, not self.in_child and _is_by_httpx()]

    def sees(self, event: str) -> bool:
        """Return whether the guard handles an event: with ``PROXIED``, only events of sockets."""
        return self._mode != PROXIED or event.startswith("socket.")

    def watch(self) -> None:
        """From now on, refuse requests that the interpreter is about to make."""
        _watching.append(self)

    def unwatch(self) -> None:
        """Stop refusing."""
        _watching.remove(self)

    def note_read(self, port: int, timeout: float | None) -> None:
        """Note that a child reads from a port, with a time-out in seconds; None for no time-out."""
        self._note(f"{READ} {port} {timeout}\n")

    def _note(self, line: str) -> None:
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        except OSError:  # the test is over
            return
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


def guard_child() -> None:
    """Guard this process until it ends, as set in the variable ``CEREBRAS_MOCK_GUARD``."""
    mode, _, rest = os.environ.get(VARIABLE, "").partition(":")
    others, _, path = rest.partition(":")
    if path:
        guard = Guard(path, mode=mode, others=others)
        guard.in_child = True
        guard.watch()
        _children.append(guard)
        if mode == REDIRECT:
            turn_to(cerebras_redirect.Redirect(os.environ[cerebras_redirect.VARIABLE]))


def turn_to(redirect: cerebras_redirect.Redirect) -> None:
    """Let requests to the name of the real host pass, because this name leads to the mock."""
    _turned.append(redirect)


def turn_from(redirect: cerebras_redirect.Redirect) -> None:
    """Undo ``turn_to``."""
    _turned.remove(redirect)


def ports_instead_of(host: object) -> tuple[int, ...]:
    """Return the mock's ports to which clients of a host are redirected; empty for other hosts."""
    name = name_of(host)
    return next((each.ports for each in reversed(_turned) if name in each.hosts), ())


def _is_turned(connection: Any) -> bool:
    """Return whether a connection of ``http.client`` leads to the mock."""
    ports = ports_instead_of(getattr(connection, "_tunnel_host", None) or connection.host)
    try:
        host, port = connection.sock.getpeername()[:2]
    except (OSError, ValueError, TypeError, AttributeError):
        return False
    return port in ports and is_this_machine(host)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _children and event == "socket.connect":
        _note_reads(*args)
    if _watching and event in _HOSTS:
        by_program = not event.startswith(("socket.", "http."))
        for host in _HOSTS[event](*args):
            for guard in reversed(_watching):
                if guard.sees(event):
                    guard.refuse(host, by_program=by_program)


def _note_reads(_: Any, address: Any) -> None:
    """
    If this child connects to this machine, note its reads from now on.

    The time-outs of the reads tell the test whether the child will end a stall. The socket class is
    patched only now, because most children never connect, and the import takes time.
    """
    if isinstance(address, tuple) and is_this_machine(name_of(address[0])):
        from socket import socket

        guard = _children.pop()
        known: dict[int, float | None] = {}
        for name in ("recv", "recv_into"):
            setattr(socket, name, _noting(getattr(socket, name), known, guard))


def _noting(
    read: Callable[..., Any], known: dict[int, float | None], guard: Guard
) -> Callable[..., Any]:
    def noting(connection: Any, *args: Any, **kwargs: Any) -> Any:
        timeout = connection.gettimeout()
        if timeout != 0 and len(known) < _MOST_READS:  # 0: an event loop has its own time-outs
            port = _own_port(connection)
            if port is not None and known.get(port, -1.0) != timeout:
                known[port] = timeout
                guard.note_read(port, timeout)
        return read(connection, *args, **kwargs)

    return noting


def _own_port(connection: Any) -> int | None:
    """Return the local port of a connection to this machine; None for any other connection."""
    try:
        host = connection.getpeername()[0]
        return int(connection.getsockname()[1]) if is_this_machine(host) else None
    except (OSError, LookupError, TypeError, AttributeError):
        return None


def note_forked(port: int, timeout: float | None) -> None:
    """Note a read in a process that was forked from the test process; see ``note_read``."""
    if _watching:
        _watching[-1].note_read(port, timeout)


def _resolved(host: object, *_: object) -> Iterator[object]:
    yield host


def _connected(connection: Any, address: Any) -> Iterator[object]:
    from socket import SOCK_STREAM

    if isinstance(address, tuple) and connection.type == SOCK_STREAM:
        yield address[0]


def _sent(connection: Any, data: Any) -> Iterator[object]:
    from urllib.parse import urlsplit

    if _turned and _is_turned(connection):
        return
    yield connection.host
    _, _, asked = bytes(data[:_LINE] if isinstance(data, bytes) else b"").partition(b" ")
    target, _, version = asked.partition(b" ")
    if version.startswith(b"HTTP/"):  # any other data is a body
        # through a proxy, the request line names the real host
        yield urlsplit(target if b"://" in target else b"//" + target).hostname


def _run_by_a_shell(command: Any) -> Iterator[object]:
    return fetched(None, ["sh", "-c", os.fsdecode(command)])


# audit events, and the function that yields the hosts in the arguments of each
_HOSTS: Mapping[str, Callable[..., Iterator[object]]] = {
    "socket.getaddrinfo": _resolved,
    "socket.gethostbyname": _resolved,
    "socket.connect": _connected,
    "http.client.send": _sent,  # on a connection that was open before, or through a proxy
    "subprocess.Popen": fetched,
    "os.posix_spawn": fetched,
    "os.exec": fetched,
    "os.system": _run_by_a_shell,
}


def _spot() -> str:
    """Return, in parentheses, the user's line that sent the request or waited meanwhile."""
    word, line = _own_line()
    waits = " waited" if word else ""
    return f" ({word}{line}{waits})" if line else ""


def _is_by_httpx() -> bool:
    """Return whether the request comes from a library that respx mode can answer."""
    names = (str(frame.f_globals.get("__name__")) for frame in _frames(sys._getframe()))  # noqa: SLF001
    return any(name.partition(".")[0] in _ANSWERED for name in names)


def _own_line() -> tuple[str, str]:
    """
    Return an empty word, and the user's innermost line of code on the stack.

    Some libraries send from their own thread or task, whose stack has no user code. Then the word
    is "while", and the line is in another task, or else in this thread or in the main thread.
    """
    stack = sys._getframe()  # noqa: SLF001 (``inspect``, the public way, is slow to import)
    waiting = (_other_tasks(), _frames(stack), _main_thread())
    for word, frames in (("", _frames(stack, _task_begin())), *(("while ", f) for f in waiting)):
        for frame in frames:
            name = frame.f_code.co_filename
            if not _is_foreign(name):
                return word, f"{name}:{frame.f_lineno}"
    return "", ""


def _frames(frame: FrameType | None, last: FrameType | None = None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = None if frame is last else frame.f_back


def _asyncio() -> Any:
    """Return the module asyncio if one of its event loops runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    return asyncio if asyncio and asyncio._get_running_loop() else None  # noqa: SLF001 (raises nothing)


def _task_begin() -> FrameType | None:
    """Return the outermost frame of the running task; the callers of this frame run the loop."""
    asyncio = _asyncio()
    task = asyncio and asyncio.current_task()
    return task and getattr(task.get_coro(), "cr_frame", None)


def _other_tasks() -> Iterator[FrameType]:
    """Yield the frames of the event loop's other tasks, the innermost frame of each first."""
    asyncio = _asyncio()
    for task in asyncio.all_tasks() - {asyncio.current_task()} if asyncio else ():
        awaiting, found = task.get_coro(), []
        while awaiting is not None:
            found.append(getattr(awaiting, "cr_frame", None))
            awaiting = getattr(awaiting, "cr_await", None)
        yield from filter(None, reversed(found))


def _main_thread() -> Iterator[FrameType]:
    from threading import main_thread

    ident = main_thread().ident or 0
    # a tuple takes all frames at once, because the main thread keeps running
    yield from tuple(_frames(sys._current_frames().get(ident)))  # noqa: SLF001


def _is_foreign(name: str) -> bool:
    """Return whether a file belongs to Python, a library or this package, not to the user."""
    if name not in _foreign:
        from sysconfig import get_path

        folders = (_PACKAGE, *map(get_path, ("stdlib", "platstdlib", "scripts")))
        begins = ("<", *(os.path.join(folder, "") for folder in folders))
        _foreign[name] = name.startswith(begins) or any(one in name for one in _INSTALLED)
    return _foreign[name]


sys.addaudithook(_audit)
