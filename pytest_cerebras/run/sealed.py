"""
``--sealed``: the command runs without access to any network.

The command runs in its own Linux namespaces, whose only network interface is loopback.
``/etc/hosts`` maps the real host to the mock, which listens on port 443. The system's root
certificates include the mock's authority. So no packet of the app can leave the machine.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mockserver.core.errors import MockServerError

from .relay import outside, relayed
from .signals import Signals
from .starting import Command

TLS_PORT = 443
INSIDE = "--inside"
_NAMESPACES = ("--user", "--map-root-user", "--net", "--mount")
_HOSTS = Path("/etc/hosts")
_ROOTS = (  # the files of the root certificates that clients trust by default
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # of <linux/sockios.h> and <linux/if.h>


class SealError(MockServerError):
    """The command can't be sealed on this machine."""


def run_sealed(arguments: Sequence[str], ports: Collection[int]) -> int:
    """
    Run ``cerebras-mock run`` with these arguments, sealed; return the exit status.

    The sealed run can reach the ``ports`` of this machine's loopback interface. Raises SealError.
    """
    if TLS_PORT in ports:
        raise SealError(f"--allow {TLS_PORT}: inside a sealed run, this port is the mock's own")
    _check()
    with TemporaryDirectory(prefix="cerebras-mock-") as folder:
        who = f"{os.getuid()}:{os.getgid()}"
        again = (sys.executable, "-m", "pytest_cerebras.run", INSIDE, f"{folder}:{who}")
        command = Command(("unshare", *_NAMESPACES, "--", *again, *arguments), Signals())
        with relayed(outside, Path(folder), ports), command.signals.handled():
            return command.run()[0]


def _check() -> None:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        raise SealError("--sealed needs Linux and unshare, which is part of util-linux")
    tried = subprocess.run(  # noqa: S603
        ["unshare", *_NAMESPACES, "mount", "--bind", str(_HOSTS), str(_HOSTS)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode:
        said = tried.stderr.strip().removeprefix("unshare: ")
        raise SealError(
            f"--sealed: this system does not allow namespaces ({said}); run the command as root, "
            "allow them (sysctl kernel.apparmor_restrict_unprivileged_userns=0, or docker run "
            "--privileged), or leave out --sealed"
        )


def close_in(folder: Path, hosts: Iterable[str], bundle: Path) -> None:
    """
    In this process's namespace, map the host names to the mock, and trust its certificates.

    Raises OSError.
    """
    named = " ".join(sorted(hosts))
    known = folder / "hosts"
    known.write_text(
        f"127.0.0.1 localhost {named}\n::1 localhost\n{_HOSTS.read_text('utf-8')}", "utf-8"
    )
    _bind(known, _HOSTS)
    for path in {Path(name).resolve() for name in _ROOTS if Path(name).is_file()}:
        _bind(bundle, path)


def as_before(command: Sequence[str], user: int, group: int) -> list[str]:
    """Return a command that runs as the user who started us, because we are root in the sandbox."""
    if not user:
        return list(command)
    return ["unshare", f"--map-user={user}", f"--map-group={group}", "--", *command]


def bring_up(interface: str) -> None:
    """Bring a network interface up. Raises OSError."""
    import fcntl  # Windows has none

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        request = struct.pack("16sH14x", interface.encode(), 0)
        (flags,) = struct.unpack("16xH14x", fcntl.ioctl(one, _GET_FLAGS, request))
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sH14x", interface.encode(), flags | _UP))


def _bind(source: Path, target: Path) -> None:
    """Mount a file over another file, only in this namespace."""
    subprocess.run(  # noqa: S603
        ["mount", "--bind", str(source), str(target)],  # noqa: S607
        check=True,
    )
