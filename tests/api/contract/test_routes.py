import pytest

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import problems
from mockserver.api.contract.routes import COMPLETING, behind, meant, methods_of, named, route

ROUTES = [
    ("POST", "/v1/chat/completions", "chat", ""),
    ("POST", "/v1/completions", "completions", ""),
    ("GET", "/v1/models", "models", ""),
    ("GET", "/v1/models/gpt-oss-120b", "model", "gpt-oss-120b"),
    ("GET", "/v1/models/no.such-model", "model", "no.such-model"),
    ("GET", "/public/v1/models", "public_models", ""),
    ("GET", "/public/v1/models/qwen-3.8-27b", "public_model", "qwen-3.8-27b"),
    ("GET", "/v1/tcp_warming", "warming", ""),
    ("POST", "/v1/files", "upload_file", ""),
    ("GET", "/v1/files", "files", ""),
    ("GET", "/v1/files/file-1", "file", "file-1"),
    ("DELETE", "/v1/files/file-1", "delete_file", "file-1"),
    ("GET", "/v1/files/file-1/content", "file_content", "file-1"),
    ("POST", "/v1/batches", "create_batch", ""),
    ("GET", "/v1/batches", "batches", ""),
    ("GET", "/v1/batches/batch_1", "batch", "batch_1"),
    ("POST", "/v1/batches/batch_1/cancel", "cancel_batch", "batch_1"),
]


@pytest.mark.parametrize(("method", "path", "endpoint", "name"), ROUTES)
def test_route(method, path, endpoint, name):
    """Each path of the API is its endpoint; the path of one model gives its id."""
    assert route(method, path) == (endpoint, name)


def test_table_is_complete():
    """Every endpoint has a path."""
    assert {endpoint for _, _, endpoint, _ in ROUTES} == set(ENDPOINTS)
    assert {"chat", "completions"} == COMPLETING


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/chat/completions/",
        "/v1/models/",
        "/public/v1/models/",
        "/v1/models/a/b",
        "/chat/completions",
        "/v1/v1/chat/completions",
        "/v1/nothing",
        "/V1/models",
        "/v1/models/{id}/",
        "/v1/files/",
        "/v1/files/a/content/",
        "/v1/files//content",
        "/v1/batches/a/stop",
        "//v1/models",
    ],
)
def test_unknown_path(path):
    """An unknown path and a trailing slash are refused by the gateway."""
    with pytest.raises(RefusalError) as refused:
        route("GET", path)
    assert refused.value.problem == "unknown_path"
    assert problems()["unknown_path"].status == 404


def listed_methods(wanted):
    listed = [method for method, path, _, _ in ROUTES if path == wanted]
    return [*listed, "HEAD"] if "GET" in listed else listed


@pytest.mark.parametrize("path", sorted({path for _, path, _, _ in ROUTES}))
@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get"]
)
def test_wrong_method(path, method):
    """A wrong method is refused and all the right ones are named."""
    if method in listed_methods(path):
        return
    with pytest.raises(RefusalError) as refused:
        route(method, path)
    assert refused.value.problem == "method_not_allowed"
    ((name, value),) = refused.value.headers
    assert (name, sorted(value.split(", "))) == ("allow", sorted(listed_methods(path)))


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "name"), [row for row in ROUTES if row[0] == "GET"]
)
def test_head(method, path, endpoint, name):
    """HEAD asks for what GET asks for."""
    assert route("HEAD", path) == route(method, path) == (endpoint, name)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/mock/v1/models", "/v1/models"),
        ("/mock//v1//models", "/v1/models"),
        ("/mock/", "/"),
    ],
)
def test_behind(path, found):
    """What a client appends to the base URL may double its slash."""
    assert behind(path) == found


@pytest.mark.parametrize(("_", "path", "__", "___"), ROUTES)
def test_meant(_, path, __, ___):
    """Each path of the API is meant by itself, with its ``/v1`` twice, and without it."""
    assert meant(path) == path
    assert meant(f"/v1{path}") == path
    assert meant(path.removeprefix("/v1")) == path


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v2/models", "/v1/v1/model", "/models/"])
def test_nothing_meant(path):
    """What is no path of the API stays as it is."""
    assert meant(path) == path


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("/v1/chat/completions", ["chat"]),
        ("/v1/chat/completions/", ["chat"]),
        ("chat/completions", ["chat"]),
        ("chat.completions", ["chat"]),
        ("POST /v1/chat/completions", ["chat"]),
        ("get /v1/files", ["files"]),
        ("/v1/files", ["upload_file", "files"]),
        ("/v1/models/llama3.1-8b", ["model"]),
        ("/v1/models/{id}", ["model"]),
        ("/public/v1/models", ["public_models"]),
        ("PUT /v1/files", ["upload_file", "files"]),
        ("/v1/nothing", []),
        ("", []),
        ("chats", []),
    ],
)
def test_named(text, endpoints):
    """A path is known by its endpoints, with and without method, version and slashes."""
    assert named(text) == endpoints


def test_methods_of_an_endpoint():
    """An endpoint is asked by the method of the API; HEAD is answered where GET is."""
    assert methods_of("chat") == {"POST"}
    assert methods_of("files") == {"GET", "HEAD"}
    assert methods_of("delete_file") == {"DELETE"}
