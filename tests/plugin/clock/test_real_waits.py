"""A wait in real time is reported if the virtual clock has passed its end."""

from __future__ import annotations

import contextlib
import inspect
import queue
import select
import selectors
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from ssl import Purpose
from threading import Lock, RLock, Thread

import pytest
import trustme

from pytest_cerebras.clock import RealWaitWarning, VirtualClock, real
from pytest_cerebras.clock.patches import installed

HERE = __file__
SOON, JUMP, LATE = 30, 60, 3000


@contextlib.contextmanager
def after_a_jump(act):
    """Let a thread call a function after a sleep, in time for a thread that waits for it."""
    thread = Thread(target=lambda: (time.sleep(JUMP), act()))
    thread.start()
    yield
    thread.join()


def lock(timeout):
    held = Lock()
    held.acquire()
    with after_a_jump(held.release):
        assert held.acquire(timeout=timeout)  # here


def lock_by_position(timeout):
    held = Lock()
    held.acquire()
    with after_a_jump(held.release):
        assert held.acquire(True, timeout / 2)  # noqa: FBT003 # here


def reentrant_lock(timeout):
    held, holding = RLock(), threading.Event()

    def hold():
        with held:
            holding.set()
            time.sleep(JUMP)

    other = Thread(target=hold)
    other.start()
    holding.wait()
    assert held.acquire(timeout=timeout)  # here
    other.join()


def simple_queue(timeout):
    waiting = queue.SimpleQueue()
    with after_a_jump(lambda: waiting.put(1)):
        waiting.get(timeout=timeout)  # here


def over_lines(timeout):
    waiting = queue.SimpleQueue()
    with after_a_jump(lambda: waiting.put(1)):
        waiting.get(  # here
            block=True,
            timeout=timeout,
        )


def selected(timeout):
    with pair() as (here, there), after_a_jump(lambda: there.send(b"!")):
        select.select([here], [], [], timeout)  # here


def polled(timeout):
    poll = select.poll()
    with pair() as (here, there), after_a_jump(lambda: there.send(b"!")):
        poll.register(here, select.POLLIN)
        poll.poll(timeout * 1000)  # here


def selector(timeout):
    with selectors.DefaultSelector() as found, pair() as (here, there):
        found.register(here, selectors.EVENT_READ)
        with after_a_jump(lambda: there.send(b"!")):
            found.select(timeout)  # here


def read(timeout):
    with pair() as (here, there), after_a_jump(lambda: there.send(b"!")):
        here.settimeout(timeout)
        assert here.recv(1) == b"!"  # here


def accepted(timeout):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        server.settimeout(timeout)
        with after_a_jump(lambda: other.connect(server.getsockname())):
            server.accept()[0].close()  # here


def datagram(timeout):
    with pair(socket.SOCK_DGRAM) as (here, there), after_a_jump(lambda: there.send(b"!")):
        here.settimeout(timeout)
        here.recvfrom(1)  # here


def over_tls(timeout):
    client, server = ssl.create_default_context(), ssl.create_default_context(Purpose.CLIENT_AUTH)
    authority = trustme.CA()
    authority.configure_trust(client)
    authority.issue_cert("localhost").configure_cert(server)
    with pair() as (here, there), ThreadPoolExecutor(1) as pool:
        answering = pool.submit(server.wrap_socket, there, server_side=True)
        reading = client.wrap_socket(here, server_hostname="localhost")
        writing = answering.result()
        with reading, writing, after_a_jump(lambda: writing.send(b"!")):
            reading.settimeout(timeout)
            reading.recv(1)  # here


def pipe(timeout):
    here, there = Pipe()
    with here, there, after_a_jump(lambda: there.send(1)):
        assert here.poll(timeout)  # here


def process(timeout):
    with child() as waiting, after_a_jump(waiting.stdin.close):
        waiting.wait(timeout=timeout)  # here


def output(timeout):
    with child() as waiting, after_a_jump(waiting.kill):
        waiting.communicate(timeout=timeout)  # here


def timer(timeout):
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, timeout)  # here
    time.sleep(JUMP)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def alarm(timeout):
    signal.alarm(timeout)  # here
    time.sleep(JUMP)
    signal.alarm(0)


@contextlib.contextmanager
def pair(kind=socket.SOCK_STREAM):
    here, there = socket.socketpair(type=kind)
    with here, there:
        yield here, there


def child():
    code = "import sys; sys.stdin.read()"
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


WAITS = [
    *(lock, lock_by_position, reentrant_lock, simple_queue, over_lines, selected, polled, selector),
    *(read, accepted, datagram, over_tls, pipe, process, output, timer, alarm),
]


def lines_told(act):
    """Return the lines that are warned of when something is done on a virtual clock."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with installed(VirtualClock(), servers=frozenset()):
            act()
    assert {each.category for each in caught} <= {RealWaitWarning}
    return [(each.filename, each.lineno) for each in caught]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_told(wait):
    """The line that waits is named, once, in whatever way it waits."""
    lines, first = inspect.getsourcelines(wait)
    [number] = [first + at for at, line in enumerate(lines) if "# here" in line]
    assert lines_told(lambda: wait(SOON)) == [(HERE, number)]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_in_time(wait):
    """A wait that would have been longer than the jump has come to no harm."""
    assert lines_told(lambda: wait(LATE)) == []


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_beside_a_nap(wait, monkeypatch):
    """Nor has one beside which time hardly jumps."""
    monkeypatch.setattr(sys.modules[__name__], "JUMP", 0.001)
    assert lines_told(lambda: wait(SOON)) == []


def test_several_jumps():
    """The jumps during one wait add up."""
    held = Lock()
    held.acquire()

    def in_steps():
        for _ in range(5):
            time.sleep(SOON / 4)
        held.release()

    def wait():
        thread = Thread(target=in_steps)
        thread.start()
        held.acquire(timeout=SOON)
        thread.join()

    assert len(lines_told(wait)) == 1


def untimed(held):
    held.acquire()


def minus_one(held):
    held.acquire(timeout=-1)


def unreadable(held):
    held.acquire(timeout=float(SOON))


def of_a_name_that_is_not(held):
    exec("held.acquire(timeout=SOON)", {"held": held, "SOON": SOON})  # noqa: S102


def in_a_daemon(held):
    daemon = Thread(target=lambda: held.acquire(timeout=SOON), daemon=True)
    daemon.start()
    real.join(daemon)


@pytest.mark.parametrize(
    "wait",
    [untimed, minus_one, unreadable, of_a_name_that_is_not, in_a_daemon],
    ids=lambda wait: wait.__name__,
)
def test_innocent(wait):
    """Waits without a time-out, of daemons, or with unreadable code are not reported."""
    held = Lock()
    held.acquire()

    def act():
        with after_a_jump(held.release):
            wait(held)

    assert lines_told(act) == []


@pytest.fixture
def library(tmp_path):
    """Return a function of an installed package that waits for a lock."""
    path = tmp_path / "site-packages" / "lib.py"
    path.parent.mkdir()
    path.write_text("def wait(held, timeout):\n    held.acquire(timeout=timeout)\n")
    names = {}
    exec(compile(path.read_text(), path, "exec"), names)  # noqa: S102
    return names["wait"]


def test_through_a_library(library):
    """For a wait in a library, the line that called the library is reported, if there is one."""
    held = Lock()
    held.acquire()

    def by_us():
        with after_a_jump(held.release):
            library(held, SOON)

    def by_itself():
        with after_a_jump(held.release):
            thread = Thread(target=library, args=(held, SOON))
            thread.start()
            thread.join()

    assert lines_told(by_us) == [(HERE, by_us.__code__.co_firstlineno + 2)]
    assert lines_told(by_itself) == []


def test_alarm_of_pytest():
    """An alarm that watches over the test is not the app's, whoever has called pytest."""
    code = "import signal; signal.setitimer(signal.ITIMER_REAL, seconds)"

    def watched():
        exec(code, {"__name__": "_pytest.watch", "seconds": SOON})  # noqa: S102
        time.sleep(JUMP)
        signal.setitimer(signal.ITIMER_REAL, 0)

    assert lines_told(watched) == []


def test_servers():
    """Threads of the server wait in real time anyway."""
    held = Lock()
    held.acquire()
    ready = threading.Event()

    def serve():
        ready.wait()
        held.acquire(timeout=SOON)

    server = Thread(target=serve)
    server.start()
    clock = VirtualClock()
    servers = frozenset({server.ident})
    with (
        warnings.catch_warnings(record=True) as caught,
        installed(clock, servers=servers),
    ):
        ready.set()
        time.sleep(JUMP)
        held.release()
        real.join(server)
    assert caught == []


CODE = """
import threading, time, pytest

@pytest.mark.cerebras_mock(clock="virtual")
@pytest.mark.parametrize("number", [1, 2])
def test_it(cerebras_mock, number):
    held = threading.Lock()
    held.acquire()
    thread = threading.Thread(target=lambda: (time.sleep(60), held.release()))
    thread.start()
    held.acquire(timeout=30)
    thread.join()
"""


def test_in_a_run(run):
    """The end of the run shows each line once; whoever wants that fails by it, or ignores it."""
    result = run(CODE, "-W", "default")
    result.assert_outcomes(passed=2, warnings=2)
    result.stdout.fnmatch_lines(["*test_in_a_run.py:10: RealWaitWarning: this waits in real time*"])
    assert str(result.stdout).count("RealWaitWarning") == 1
    run(CODE, "-W", "error").assert_outcomes(passed=2, errors=2)
    ignored = "ignore::pytest_cerebras.clock.RealWaitWarning"
    run(CODE, "-W", "error", "-W", ignored).assert_outcomes(passed=2)
