"""CA certificates that are loaded when a client speaks TLS."""

from __future__ import annotations

import shutil
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import certifi
import httpx
import pytest
import trustme

from pytest_cerebras.transport.ca_bundle import loaded_when_used


@pytest.fixture(scope="module")
def authority():
    """Return an authority for certificates."""
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path):
    """Return the path of a bundle."""
    path = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def url(authority):
    """Serve over TLS, and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Print nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def loads(monkeypatch):
    """Return the list of files that are really loaded."""
    files, load = [], ssl.SSLContext.load_verify_locations

    def noted(context, cafile=None, *rest):
        files.append(cafile)
        return load(context, cafile, *rest)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noted)
    return files


def made(bundle):
    return ssl.create_default_context(cafile=bundle)


def test_loaded_once_for_many(bundle, loads):
    """Only the first client loads the bundle; that is where a wrong file is refused."""
    with loaded_when_used():
        contexts = [made(bundle) for _ in range(5)]
    assert loads == [bundle]
    assert all(isinstance(context, ssl.SSLContext) for context in contexts)


@pytest.mark.parametrize(
    "look",
    [
        lambda context: context.cert_store_stats()["x509"] == 1,
        lambda context: len(context.get_ca_certs()) == 1,
        lambda context: len(context.get_ca_certs(binary_form=True)) == 1,
        lambda context: (
            context.load_verify_locations(certifi.where()) or len(context.get_ca_certs()) > 10
        ),
    ],
    ids=["stats", "certificates", "binary", "more"],
)
def test_looked_at(bundle, look):
    """Whoever looks at a context finds what it was given, in the block and after it."""
    with loaded_when_used():
        _, inside, after = (made(bundle) for _ in range(3))
        assert look(inside)
    assert look(after)
    assert type(inside) is type(after) is ssl.SSLContext


@pytest.mark.parametrize("when", ["inside", "after"])
def test_tls(bundle, url, when):
    """A client that speaks TLS has its roots, and trusts no other server."""
    with loaded_when_used():
        made(bundle), made(certifi.where())  # the first of each
        with httpx.Client(verify=made(bundle)) as good, httpx.Client() as other:
            if when == "inside":
                assert good.get(url).status_code == 200
            else:
                with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                    other.get(url)
            kept = httpx.Client(verify=made(bundle))
    with kept:
        assert kept.get(url).status_code == 200


def test_wrong_file(tmp_path, bundle):
    """A file that is missing or no bundle is refused at once."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("wrong")
    with loaded_when_used():
        made(bundle)
        for _ in range(2):
            with pytest.raises(ssl.SSLError):
                made(str(wrong))
            with pytest.raises(FileNotFoundError):
                made(str(tmp_path / "none.pem"))


def test_changed_file(bundle, loads):
    """A bundle that has changed is read again."""
    with loaded_when_used():
        made(bundle)
        shutil.copy(certifi.where(), bundle)
        made(bundle)
    assert loads == [bundle, bundle]


def test_other_sources(bundle, loads):
    """A folder, or certificates in memory, are loaded at once, also together with a bundle."""
    pem = Path(bundle).read_text("ascii")
    with loaded_when_used():
        made(bundle)
        context = ssl.create_default_context(cafile=bundle, cadata=pem)
    assert type(context) is ssl.SSLContext
    assert loads == [bundle, bundle]


def test_restored():
    """After the block, all is as before."""
    before = ssl.SSLContext.load_verify_locations
    with loaded_when_used():
        assert ssl.SSLContext.load_verify_locations is not before
    assert ssl.SSLContext.load_verify_locations is before


def test_in_a_test(pytester):
    """While the mock is on, a client costs no bundle, and is whole afterwards."""
    pytester.makepyfile("""
        import ssl

        import httpx

        clients = []

        def test_makes(cerebras_mock):
            clients.extend(httpx.Client() for _ in range(3))
            assert clients[0].get(cerebras_mock.url + "/v1/models").status_code == 401

        def test_looks():
            transports = [client._transport for client in clients]
            contexts = [one._pool._ssl_context for one in transports]
            assert type(contexts[-1]) is not ssl.SSLContext
            assert contexts[-1].cert_store_stats()["x509"] > 10
            assert type(contexts[-1]) is ssl.SSLContext
    """)
    pytester.runpytest("-p", "no:cacheprovider", "-p", "no:asyncio").assert_outcomes(passed=2)
