"""The environment that points a command to the mock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockserver.edge.redirect.authority import Trust
from mockserver.edge.server.redirected import Redirect
from pytest_cerebras.egress import PROXIED, GuardLog
from pytest_cerebras.run.environment import KEY, Place, variables


@pytest.fixture
def settings(tmp_path):
    """Return a function from what is given to what is set."""
    redirect = Redirect(tls_port=4443)
    trust = Trust(tmp_path / "ca.pem", tmp_path / "bundle.pem", tmp_path / "trust.p12")
    log = GuardLog(tmp_path / "notes", mode=PROXIED, others="pass")
    place = Place("http://127.0.0.1:8080", redirect, trust, tmp_path)
    return lambda given=None: variables(place, {"HOME": str(tmp_path), **(given or {})}, log)


def test_base_url_and_key(settings):
    """Apps that read them get the mock's, and no real key."""
    found = settings({"CEREBRAS_API_KEY": "csk-real", "CEREBRAS_BASE_URL": "https://a.example"})
    assert found["CEREBRAS_BASE_URL"] == "http://127.0.0.1:8080/mock/"
    assert found["CEREBRAS_API_KEY"] == KEY
    assert "csk-real" not in str(found)


def test_proxies(settings):
    """All go through the mock's proxy, but for this machine and hosts that the user names."""
    found = settings({"NO_PROXY": "db.example, .cerebras.ai,*,api.cerebras.ai"})
    assert {found[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")} == {
        "http://127.0.0.1:8080"
    }
    assert found["NO_PROXY"] == found["no_proxy"] == "127.0.0.1,localhost,::1,db.example"


@pytest.mark.parametrize(
    "name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "DENO_CERT"]
)
def test_bundles(settings, tmp_path, name):
    """What takes the place of all roots has all of them."""
    assert settings()[name] == str(tmp_path / "bundle.pem")


def test_node(settings, tmp_path):
    """Node gets the authority beside its roots, and code that turns it; its own options stay."""
    found = settings({"NODE_OPTIONS": "--max-old-space-size=4096"})
    assert found["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "ca.pem")
    required, _, theirs = found["NODE_OPTIONS"].rpartition(" ")
    assert theirs == "--max-old-space-size=4096"
    assert Path(required.removeprefix("--require ").strip('"')).is_file()


def test_roots_of_node(settings, tmp_path):
    """Node reads one file of further roots, so the user's own are in it."""
    (tmp_path / "own.pem").write_text("theirs\n", "utf-8")
    (tmp_path / "ca.pem").write_text("ours\n", "utf-8")
    found = settings({"NODE_EXTRA_CA_CERTS": str(tmp_path / "own.pem")})
    assert Path(found["NODE_EXTRA_CA_CERTS"]).read_text("utf-8") == "theirs\nours\n"


def test_python(settings):
    """Python children are turned, and stopped where that can't be; their path stays."""
    found = settings({"PYTHONPATH": "src"})
    folder, theirs = found["PYTHONPATH"].split(os.pathsep)
    assert (Path(folder, "sitecustomize.py").is_file(), theirs) == (True, "src")
    hosts, tls_port, plain_port, _ = found["CEREBRAS_MOCK_REDIRECT"].split(",")
    assert hosts.split() == ["api.cerebras.ai", "status.cerebras.ai"]
    assert (tls_port, plain_port) == ("4443", "8080")
    assert found["CEREBRAS_MOCK_GUARD"].startswith("proxied:pass:")


def test_java(settings, tmp_path):
    """Java gets a proxy and a trust store; what it had comes first."""
    found = settings({"JAVA_TOOL_OPTIONS": "-Xmx1g"})["JAVA_TOOL_OPTIONS"].split()
    assert found[0] == "-Xmx1g"
    assert "-Dhttps.proxyPort=8080" in found
    assert f"-Djavax.net.ssl.trustStore={tmp_path / 'trust.p12'}" in found


def test_files(settings, tmp_path):
    """Wget and PHP read files; the user's settings for them stay."""
    (tmp_path / "own").write_text("tries = 3\n", "utf-8")
    found = settings({"WGETRC": str(tmp_path / "own"), "PHP_INI_SCAN_DIR": "/etc/php"})
    assert Path(found["WGETRC"]).read_text("utf-8") == (
        f"tries = 3\nca_certificate = {tmp_path / 'bundle.pem'}\n"
    )
    theirs, _, ours = found["PHP_INI_SCAN_DIR"].partition(":")
    assert theirs == "/etc/php"
    assert f"curl.cainfo={tmp_path / 'bundle.pem'}" in Path(ours, "mock.ini").read_text("utf-8")
