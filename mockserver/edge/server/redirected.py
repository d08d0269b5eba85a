"""Lets a server answer in place of the real host."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.edge.live import LiveEngine
from mockserver.edge.redirect.authority import Authority
from mockserver.edge.redirect.front import Proxy
from mockserver.edge.redirect.tunnel import Upstream
from mockserver.scenario.status_page.answering import HOST as STATUS

from .app import Site

REAL = "api.cerebras.ai"
HOSTS = (REAL, STATUS)
"""The hosts of the API and of its status page."""
PRIVATE = "cerebras.ai"


class Redirect:
    """
    A proxy and a port with TLS, which both answer in place of the ``hosts``.

    ``authority`` makes their certificates. With ``blocks`` the proxy refuses all other hosts;
    otherwise it connects to them, through ``upstream`` if that is set. The port ``tls_port`` is on
    the loopback interface; if ``tls_port`` is 0, a free port is chosen. Raises
    MissingAuthorityError.
    """

    def __init__(
        self,
        hosts: Iterable[str] = HOSTS,
        *,
        authority: Authority | None = None,
        blocks: bool = False,
        upstream: Upstream | None = None,
        tls_port: int = 0,
    ) -> None:
        self.authority = authority or Authority()
        self.hosts = frozenset(hosts)
        self.tls_port = tls_port
        self.proxy = Proxy(
            self.hosts, self.authority.context_for, PRIVATE, blocks=blocks, upstream=upstream
        )
        self._site: Site | None = None

    async def start(self, live: LiveEngine) -> None:
        """Listen with TLS. Raises OSError if the port is taken."""
        self.proxy.breaks_tls = lambda: live.port == "breaks_tls"
        self._site = Site(live)
        tls = self.authority.context_for(*sorted(self.hosts))
        await self._site.start(port=self.tls_port, tls=tls)
        self.tls_port = int(self._site.url.rpartition(":")[2])

    async def stop(self) -> None:
        """Stop listening, and end all tunnels of the proxy."""
        self.proxy.close()
        if self._site is not None:
            await self._site.stop()
