"""The server's TLS context."""

from __future__ import annotations

import ssl

from mockserver.core.documents import read_text
from mockserver.core.errors import DocumentError


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """
    Return a context for a certificate (or a chain) and its private key, which are files in PEM.

    Raises DocumentError if a file can't be read, or if certificate and key don't belong together.
    """
    for path in (certificate, key):
        read_text(path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        reason = error.reason or "not in PEM, or locked by a password"
        raise DocumentError(
            f"{certificate}: is not a certificate in PEM for the key in {key} ({reason})"
        ) from error
    return context


def _no_password() -> str:
    """Keep OpenSSL from asking for a password on the terminal."""
    return ""
