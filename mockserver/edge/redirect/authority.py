"""A certificate authority for one mock, and the files that let clients trust the authority."""

from __future__ import annotations

import os
import ssl
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.core.errors import MockServerError

if TYPE_CHECKING:
    from trustme import CA

_MISSING = (
    "redirecting the real host needs trustme for TLS; "
    'run python -m pip install "pytest-cerebras[redirect]"'
)
_STORE_PASSWORD = "changeit"  # noqa: S105 (Java's own default: a trust store holds no secret)


class MissingAuthorityError(MockServerError):
    """The package that makes certificates is not installed."""


class Authority:
    """
    Makes certificates that only the clients of this mock trust.

    Raises MissingAuthorityError when trustme is not installed.
    """

    def __init__(self) -> None:
        self._ca = _made()
        self.pem: bytes = self._ca.cert_pem.bytes()
        self.context_for = cache(self._context)

    def _context(self, *hosts: str) -> ssl.SSLContext:
        """Return a server's context with a certificate for these hosts."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.set_alpn_protocols(["http/1.1"])
        context.num_tickets = 0  # so that nothing but answers follows the handshake
        self._ca.issue_cert(*hosts).configure_cert(context)
        return context

    def write(self, folder: Path) -> Trust:
        """Write the files for clients into a folder, and return their paths."""
        trust = Trust(folder / "ca.pem", folder / "bundle.pem", folder / "trust.p12")
        roots = roots_of(os.environ.get("SSL_CERT_FILE"))
        trust.ca.write_bytes(self.pem)
        trust.bundle.write_bytes(roots.rstrip() + b"\n" + self.pem)
        trust.store.write_bytes(self._store(roots))
        return trust

    def _store(self, roots: bytes) -> bytes:
        """Return a trust store for Java, in PKCS #12."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
        from cryptography.hazmat.primitives.serialization.pkcs12 import (
            PKCS12Certificate,
            serialize_java_truststore,
        )

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some roots are older than today's rules
            found = x509.load_pem_x509_certificates(roots + b"\n" + self.pem)
        named = [PKCS12Certificate(each, b"root%d" % at) for at, each in enumerate(found)]
        return serialize_java_truststore(named, BestAvailableEncryption(_STORE_PASSWORD.encode()))


@dataclass(frozen=True, slots=True)
class Trust:
    """
    The files that let clients trust the authority.

    ``ca`` has only the authority, for clients that add it to their own root certificates.
    ``bundle`` also has the root certificates of this machine, for clients that read only one file.
    ``store`` has the same certificates as ``bundle``, in a form for Java, locked with
    ``store_password``.
    """

    ca: Path
    bundle: Path
    store: Path
    store_password: str = _STORE_PASSWORD


def roots_of(own: str | None) -> bytes:
    """Return the root certificates in the file ``own`` if it exists, else this machine's."""
    import certifi

    system = ssl.get_default_verify_paths().cafile
    for path in (own, system, certifi.where()):
        if path and Path(path).is_file():
            return Path(path).read_bytes()
    return b""


def _made() -> CA:
    try:
        from trustme import CA
    except ImportError as error:
        raise MissingAuthorityError(_MISSING) from error
    return CA(organization_name="pytest-cerebras: a mock, for one run only")
