"""
Redirects a Python process to the mock if its code has the real host hard-coded.

All libraries written in Python resolve names by ``socket.getaddrinfo``. This function is changed to
return the mock's address for the mocked hosts. An ``ssl.SSLContext`` checks certificates, so each
context that reads root certificates reads the mock's as well. The modules ``socket`` and ``ssl``
are changed right after the app has imported them. If the app then replaces ``getaddrinfo`` itself,
as gevent does, the host is not redirected.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # not from typing, because that import is slow
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

VARIABLE = "CEREBRAS_MOCK_REDIRECT"
_HTTP = (80, "80", "http")
_READS_ROOTS = ("load_verify_locations", "load_default_certs", "set_default_verify_paths")


class Redirect:
    """
    The target of redirected ``hosts``: ``tls_port``, or ``plain_port`` in place of port 80.

    ``authority`` is the path of a certificate in PEM. ``text`` has the hosts, ``tls_port``,
    ``plain_port`` and ``authority`` in this order, separated by commas; the hosts are separated by
    spaces.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        hosts, tls_port, plain_port, self.authority = text.split(",", 3)
        self.hosts = frozenset(hosts.split())
        self.tls_port = int(tls_port)
        self.plain_port = int(plain_port)

    @property
    def ports(self) -> tuple[int, int]:
        """The ports of the mock."""
        return self.tls_port, self.plain_port

    def port_for(self, port: Any) -> int:
        """Return the mock's port that replaces the ``port`` to which a client connects."""
        return self.plain_port if port in _HTTP else self.tls_port

    @property
    def patches(self) -> Mapping[str, Callable[[ModuleType], None]]:
        """For each module, the function that changes it when it is imported."""
        return {"socket": self.turn, "ssl": self.trust, "anyio": self.turn_anyio}

    def turn(self, socket: Any) -> None:
        """Resolve the mocked hosts to the mock's address."""
        original = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
            if isinstance(name, str) and name.lower().rstrip(".") in self.hosts:
                host, port = "127.0.0.1", self.port_for(port)
            return original(host, port, *args, **kwargs)

        socket.getaddrinfo = getaddrinfo

    def turn_anyio(self, anyio: Any) -> None:
        """Replace the port in anyio as well, as anyio takes only the address from a resolver."""
        original = anyio.connect_tcp

        async def connect_tcp(remote_host: Any, remote_port: Any, **kwargs: Any) -> Any:
            if str(remote_host).lower().rstrip(".") in self.hosts:
                if kwargs.get("tls") or kwargs.get("ssl_context"):
                    kwargs["tls_hostname"] = kwargs.get("tls_hostname") or remote_host
                remote_host, remote_port = "127.0.0.1", self.port_for(remote_port)
            return await original(remote_host, remote_port, **kwargs)

        anyio.connect_tcp = connect_tcp

    def trust(self, ssl: Any) -> None:
        """Make each context that reads root certificates trust the mock's authority."""
        with open(self.authority, encoding="ascii") as file:
            pem = file.read()
        locate = ssl.SSLContext.load_verify_locations

        def reading(name: str) -> None:
            read = getattr(ssl.SSLContext, name)

            def reads(context: Any, *args: Any, **kwargs: Any) -> Any:
                found = read(context, *args, **kwargs)
                locate(context, cadata=pem)
                return found

            setattr(ssl.SSLContext, name, reads)

        for name in _READS_ROOTS:
            reading(name)


class _Importer:
    """Patches modules as soon as they are imported; see ``sys.meta_path``."""

    def __init__(self, patches: Mapping[str, Callable[[ModuleType], None]]) -> None:
        self._patches = dict(patches)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module as the other importers do, and patch it after it is loaded."""
        patch = self._patches.pop(name, None)
        if patch is None:
            return None
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                patch(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def redirect_child() -> None:
    """Redirect this process to the mock until the process ends, if the environment says so."""
    text = os.environ.get(VARIABLE)
    if text:
        patches = Redirect(text).patches
        for name in [name for name in patches if name in sys.modules]:
            patches[name](sys.modules[name])
        sys.meta_path.insert(
            0,
            _Importer({name: patches[name] for name in patches if name not in sys.modules}),
        )
