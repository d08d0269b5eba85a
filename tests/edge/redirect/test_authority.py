"""A certificate authority for one run."""

from __future__ import annotations

import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from mockserver.edge.redirect import authority
from mockserver.edge.redirect.authority import Authority, MissingAuthorityError, roots_of


def shaken(context, host, trusted):
    """Return the subject's names that a client sees, which trusts the certificates of a file."""
    client = ssl.create_default_context(cafile=str(trusted))
    ours, theirs = socket.socketpair()
    with ThreadPoolExecutor(1) as pool, ours, theirs:
        served = pool.submit(context.wrap_socket, theirs, server_side=True)
        with client.wrap_socket(ours, server_hostname=host) as seen:
            names = seen.getpeercert()["subjectAltName"]
        served.result().close()
    return names


def test_trust(tmp_path):
    """A client that trusts the file accepts any host that we answer for."""
    made = Authority()
    trust = made.write(tmp_path)
    for host in ("api.cerebras.ai", "other.example"):
        for file in (trust.ca, trust.bundle):
            assert ("DNS", host) in shaken(made.context_for(host), host, file)
    assert made.context_for("a.example") is made.context_for("a.example")


def test_several_hosts(tmp_path):
    """One port may have a certificate for several hosts."""
    made = Authority()
    ca, hosts = made.write(tmp_path).ca, ("api.cerebras.ai", "status.cerebras.ai")
    for host in hosts:
        assert ("DNS", host) in shaken(made.context_for(*hosts), host, ca)


def test_bundle(tmp_path, monkeypatch):
    """The bundle has the user's own roots as well."""
    own = tmp_path / "own.pem"
    own.write_bytes(Authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    trust = Authority().write(tmp_path)
    assert trust.bundle.read_bytes().startswith(own.read_bytes().rstrip())
    assert trust.bundle.read_bytes().endswith(trust.ca.read_bytes())


def test_store(tmp_path, monkeypatch):
    """The store for Java has all of it, under the password that Java is told."""
    own = tmp_path / "own.pem"
    own.write_bytes(Authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    trust = Authority().write(tmp_path)
    found = load_pkcs12(trust.store.read_bytes(), trust.store_password.encode())
    assert len(found.additional_certs) == 2


def test_roots(tmp_path):
    """Without a file of the user's the system's roots are taken, or those of certifi."""
    assert b"BEGIN CERTIFICATE" in roots_of(None)
    assert roots_of(str(tmp_path / "none.pem")) == roots_of(None)


def test_missing(monkeypatch):
    """Without trustme a sentence says how to get it."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(MissingAuthorityError, match=r"pip install \"pytest-cerebras\[redirect\]\""):
        Authority()
    assert authority.Trust.store_password
