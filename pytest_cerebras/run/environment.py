"""
The environment that points a command in any language to the mock.

Nothing in the system is changed. Some programs read a base URL from a variable, others the
address of a proxy, and some can load our code at the start. All of them must trust the mock's
certificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mockserver.edge.redirect.authority import Trust
from mockserver.edge.server.redirected import PRIVATE, Redirect
from pytest_cerebras.egress import GuardLog, turning

KEY = "csk-4f1dmock" + "4f1d" * 10
_LOCAL = ("127.0.0.1", "localhost", "::1")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
_BUNDLES = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"),
    *("DENO_CERT", "CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO", "PIP_CERT"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """How a command reaches the mock: its ``url``, its ``redirect``, and its certificates."""

    url: str
    redirect: Redirect
    trust: Trust
    folder: Path

    @property
    def port(self) -> int:
        """The port of the proxy."""
        return int(self.url.rpartition(":")[2])


def variables(place: Place, given: Mapping[str, str], log: GuardLog) -> dict[str, str]:
    """
    Return the variables to set for the command. The variables in ``given`` are set already.

    Python processes record in ``log`` the requests that they stop.
    """
    local = _without_proxy(given)
    trust, bundle = place.trust, str(place.trust.bundle)
    turn = turning.leading_to(place.redirect.hosts, place.redirect.tls_port, place.port, trust.ca)
    return {
        "CEREBRAS_BASE_URL": f"{place.url}/mock/",
        "CEREBRAS_API_KEY": KEY,
        **dict.fromkeys(_PROXIES, place.url),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(local)),
        **dict.fromkeys(_BUNDLES, bundle),
        **turning.variables(turn, given),
        **log.in_children(given),
        "JAVA_TOOL_OPTIONS": " ".join(_java(place, given)),
        "WGETRC": _written(place.folder / "wgetrc", _wgetrc(given, bundle)),
        "PHP_INI_SCAN_DIR": _php(place, given),
    }


def _without_proxy(given: Mapping[str, str]) -> list[str]:
    """Return the hosts to reach without a proxy; the real API is never one of them."""
    theirs = (given.get("NO_PROXY") or given.get("no_proxy") or "").split(",")
    kept = [
        each.strip() for each in theirs if PRIVATE not in each and each.strip() not in ("", "*")
    ]
    return list(dict.fromkeys([*_LOCAL, *kept]))


def _java(place: Place, given: Mapping[str, str]) -> Iterator[str]:
    """Yield Java's options for HttpClient and HttpURLConnection, after the user's own options."""
    if theirs := given.get("JAVA_TOOL_OPTIONS"):
        yield theirs
    for scheme in ("http", "https"):
        yield f"-D{scheme}.proxyHost=127.0.0.1"
        yield f"-D{scheme}.proxyPort={place.port}"
    yield "-Dhttp.nonProxyHosts=localhost|127.*|[::1]"
    yield f"-Djavax.net.ssl.trustStore={place.trust.store}"
    yield "-Djavax.net.ssl.trustStoreType=PKCS12"
    yield f"-Djavax.net.ssl.trustStorePassword={place.trust.store_password}"


def _wgetrc(given: Mapping[str, str], bundle: str) -> str:
    own = Path(given.get("WGETRC") or Path.home() / ".wgetrc")
    theirs = own.read_text("utf-8", "replace") if own.is_file() else ""
    return f"{theirs.rstrip()}\nca_certificate = {bundle}\n"


def _php(place: Place, given: Mapping[str, str]) -> str:
    """Return the folders with settings for PHP: those of the user, and ours."""
    folder = place.folder / "php"
    folder.mkdir(exist_ok=True)
    bundle = place.trust.bundle
    _written(folder / "mock.ini", f"openssl.cafile={bundle}\ncurl.cainfo={bundle}\n")
    return f"{given.get('PHP_INI_SCAN_DIR', '')}:{folder}"


def _written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)
