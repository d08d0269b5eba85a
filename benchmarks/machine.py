"""Access to the operating system: on which core processes run, and what they use."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pytest-cerebras"
"""Holds the requirements of measurements: packages of Node, compiled modules."""
_PACKAGES = ("aiohttp", "pydantic", "pytest", "pytest-cerebras")
_PSS = re.compile(rb"^Pss: +(\d+) kB", re.MULTILINE)
ON_LINUX = sys.platform == "linux"
ON_WINDOWS = sys.platform == "win32"


def cores() -> tuple[int | None, int | None]:
    """Return a core for the servers and one for the load; None if they cannot be chosen."""
    if sys.platform != "linux":
        return None, None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[-1]) if len(usable) > 1 else (None, None)


def pin(core: int | None, process: int = 0) -> None:
    """Keep a process on a core; 0 is this process."""
    if sys.platform == "linux" and core is not None:
        os.sched_setaffinity(process, {core})


def environment() -> dict[str, str]:
    """Return the environment for measured processes; as for users, modules are compiled once."""
    found = {**os.environ, "PYTHONPYCACHEPREFIX": str(CACHE / "pycache")}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def processor_seconds(process: int) -> float:
    """Return the processor time of a process in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_seconds() -> float:
    """Return the processor time of all child processes that have ended, in seconds."""
    if sys.platform == "win32":
        return 0.0
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(process: int) -> int:
    """Return the memory of a process in bytes, including its share of shared pages (PSS)."""
    found = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_bytes())
    return int(found[1]) * 1024 if found else 0


def allow_files() -> int:
    """Raise the limit of open files for this process and its children; return the limit."""
    if sys.platform == "win32":
        return 512
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def described() -> dict[str, str]:
    """Return the versions and the platform that the figures depend on."""
    found = {"python": sys.version.split()[0], "platform": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
