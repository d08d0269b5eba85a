"""CA certificates that are loaded when a client speaks TLS."""

from __future__ import annotations

import os
import shutil
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import certifi
import httpx
import pytest
import trustme

from pytest_cerebras.egress.ca_bundle import defaults_when_used, loaded_when_used


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


@pytest.fixture
def system(bundle, monkeypatch):
    """Let a bundle be all that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return bundle


@pytest.mark.usefixtures("system")
def test_defaults(url, monkeypatch):
    """The system's certificates are loaded when they are used, from where they were then."""
    with defaults_when_used():
        context, looked_at = ssl.create_default_context(), ssl.create_default_context()
    assert type(context) is not ssl.SSLContext
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    assert looked_at.cert_store_stats()["x509"] == 1
    with httpx.Client(verify=context) as client:
        assert client.get(url).status_code == 200
    assert type(context) is type(looked_at) is ssl.SSLContext
    assert os.environ["SSL_CERT_FILE"] == "/nowhere"


def test_defaults_unset(system, monkeypatch):
    """What was not set when a context was made does not count when it is used."""
    monkeypatch.delenv("SSL_CERT_FILE")
    expected = ssl.create_default_context().cert_store_stats()
    with defaults_when_used():
        context = ssl.create_default_context()
    monkeypatch.setenv("SSL_CERT_FILE", system)
    assert context.cert_store_stats() == expected
    assert os.environ["SSL_CERT_FILE"] == system


@pytest.mark.usefixtures("system")
def test_defaults_and_more():
    """Certificates of both kinds add up, whichever comes first."""
    with defaults_when_used():
        more, none = ssl.create_default_context(), ssl.create_default_context()
        more.load_verify_locations(certifi.where())
    assert more.cert_store_stats()["x509"] > 10
    with loaded_when_used():
        made(certifi.where())
        none.load_verify_locations(certifi.where())
    assert none.cert_store_stats()["x509"] > 10


def test_of_a_subclass(system):
    """A context of a library's own class is left alone."""

    class Own(ssl.SSLContext):
        pass

    with defaults_when_used(), loaded_when_used():
        made(system)
        default, bundled = (Own(ssl.PROTOCOL_TLS_CLIENT) for _ in range(2))
        default.load_default_certs()
        bundled.load_verify_locations(system)
        assert type(default) is type(bundled) is Own
        assert default.cert_store_stats()["x509"] == bundled.cert_store_stats()["x509"] == 1


def test_used_by_threads(bundle):
    """Threads that use a context at once all find it whole."""
    with loaded_when_used():
        contexts = [made(bundle) for _ in range(50)]
    found, start = [], threading.Barrier(8)

    def look():
        for context in contexts:
            start.wait()
            found.append(context.cert_store_stats()["x509"])

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 400


def test_of_aiohttp(pytester):
    """The contexts that aiohttp makes when it is imported load nothing until they are used."""
    pytester.makepyfile("""
        import ssl

        from aiohttp import connector

        CONTEXTS = [connector._SSL_CONTEXT_VERIFIED, connector._SSL_CONTEXT_UNVERIFIED]

        def test_it():
            assert all(type(one) is not ssl.SSLContext for one in CONTEXTS)
            expected = ssl.create_default_context().cert_store_stats()
            assert [one.cert_store_stats() for one in CONTEXTS] == [expected] * 2
            assert all(type(one) is ssl.SSLContext for one in CONTEXTS)
    """)
    arguments = ("--cerebras-mock", "-p", "no:cacheprovider", "-p", "no:asyncio")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


def test_restored():
    """After the block, all is as before."""
    names = ("load_verify_locations", "set_default_verify_paths")
    before = [getattr(ssl.SSLContext, name) for name in names]
    with loaded_when_used(), defaults_when_used():
        assert all(getattr(ssl.SSLContext, name) not in before for name in names)
    assert [getattr(ssl.SSLContext, name) for name in names] == before


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
            for client in clients:
                client.close()
    """)
    pytester.runpytest("-p", "no:cacheprovider", "-p", "no:asyncio").assert_outcomes(passed=2)
