"""A server that speaks TLS, and one whose TLS is broken."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys

import httpx
import pytest
import trustme

from mockserver.core.errors import DocumentError
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.app import Site
from mockserver.edge.server.tls import server_context
from mockserver.faults import Cut
from mockserver.scenario import Port, Rule, Scenario, Window

KEY = {"authorization": "Bearer csk-0000"}


@pytest.fixture(scope="session")
def authority():
    """Return who has signed the certificate of the server."""
    return trustme.CA()


@pytest.fixture(scope="session")
def files(authority, tmp_path_factory):
    """Return the paths of a certificate, of its key, and of one that is locked."""
    folder = tmp_path_factory.mktemp("tls")
    issued = authority.issue_cert("127.0.0.1")
    paths = [str(folder / name) for name in ("cert.pem", "key.pem", "other.pem")]
    issued.cert_chain_pems[0].write_to_path(paths[0])
    issued.private_key_pem.write_to_path(paths[1])
    authority.issue_cert("127.0.0.1").private_key_pem.write_to_path(paths[2])
    return paths


@pytest.fixture
def ask(authority, files):
    """Return a function that asks a server with TLS and gives the status, or what is raised."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def request(url):
        async with httpx.AsyncClient(base_url=url, verify=trusting, headers=KEY) as client:
            try:
                return (await client.get("/v1/models")).status_code
            except httpx.TransportError as error:
                return type(error)

    async def serve(*scenarios):
        live = LiveEngine(scenarios[0])
        site = Site(live)
        await site.start(tls=server_context(*files[:2]))
        assert site.url.startswith("https://127.0.0.1:")
        found = [await request(site.url)]
        for scenario in scenarios[1:]:
            live.play(scenario)
            await asyncio.sleep(0)  # the loop is ours, so that the port follows in its next turn
            found.append(await request(site.url))
        await site.stop()
        return found

    return lambda *scenarios: asyncio.run(serve(*scenarios))


def test_answers(ask):
    """Answers come over TLS as without it, and so do lost connections."""
    lost = [
        Scenario("lost", rules=(Rule(faults=(Cut(after_bytes=9, by=by),)),))
        for by in ("fin", "rst")
    ]
    found = ask("healthy", *lost)
    assert found == [200, httpx.RemoteProtocolError, httpx.ReadError]


def test_broken_handshake(ask):
    """In the window the handshake is broken off, and before and after it is not."""
    broken = Scenario("broken", port=Port(breaks_tls=Window()))
    later = Scenario("later", port=Port(breaks_tls=Window(after=60)))
    assert ask(broken) == [httpx.ConnectError]
    assert ask("healthy", broken, later) == [200, httpx.ConnectError, 200]


def test_command_line(authority, files):
    """The command line serves https."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    command = [sys.executable, "-m", "mockserver", "serve"]
    command += ["--tls-cert", files[0], "--tls-key", files[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            url = process.stdout.readline().decode().split(", on ")[1].split()[0]
            with httpx.Client(verify=trusting, headers=KEY) as client:
                assert client.get(f"{url}/v1/models").status_code == 200
        finally:
            process.terminate()
            process.wait(10)
    assert url.startswith("https://")


@pytest.mark.parametrize(("cert", "key"), [(0, 2), (1, 0), (0, 0)])
def test_wrong_files(files, cert, key):
    """Files that are none, or don't belong together, are one sentence."""
    with pytest.raises(
        DocumentError, match=r"is not a certificate in PEM for the key in .*\.pem \("
    ):
        server_context(files[cert], files[key])


def test_locked_key(authority, files, tmp_path):
    """A key with a password is refused; nobody asks the terminal."""
    from cryptography.hazmat.primitives import serialization as pem

    key = pem.load_pem_private_key(authority.private_key_pem.bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.BestAvailableEncryption(b"secret")
        )
    )
    with pytest.raises(DocumentError, match="is not a certificate in PEM for the key"):
        server_context(files[0], str(locked))


def test_missing_file(files):
    """A file that is missing is named."""
    with pytest.raises(DocumentError, match=r"nowhere\.pem: there is no such file"):
        server_context(files[0], "nowhere.pem")


def test_end_of_sending(authority, files, caplog):
    """TLS has no half that stays open: the connection ends, and asyncio has no complaint."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    sent = b"GET /v1/models HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer csk-0\r\n\r\n"

    def leave(port):
        plain = socket.create_connection(("127.0.0.1", port), timeout=5)
        with trusting.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass

    async def serve():
        site = Site(LiveEngine())
        await site.start(tls=server_context(*files[:2]))
        await asyncio.to_thread(leave, int(site.url.rpartition(":")[2]))
        await site.stop()

    asyncio.run(serve())
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
