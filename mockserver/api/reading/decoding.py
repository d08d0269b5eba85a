"""
From a request body as sent to JSON: undoes gzip and msgpack.

Both are documented (the page on smaller payloads), each alone and both together; the media types
are those of the server's own OpenAPI document. What the API says about other types, other
encodings and broken data was never published: here it is a 400 in its usual form, because no 415
is documented.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

from mockserver.api.contract.problem import RefusalError

MAX_BODY = 10 * 1024 * 1024
"""The longest body, compressed or not, in bytes: the documented limit of a payload with images."""

_JSON = "application/json"
_MSGPACK = frozenset({"application/vnd.msgpack", "application/msgpack", "application/x-msgpack"})
_MOST_VALUES = 150_000
"""More tokens than any context holds, and no more than a moment's work."""
_MOST_MEMBERS = 16  # of a gzip file: the rest is copied for each of them
_GZIP_ONLY = 16 + zlib.MAX_WBITS
Container = TypeVar("Container", list[Any], dict[Any, Any])
_GZIP = frozenset({"gzip", "x-gzip"})  # RFC 9110, 8.4.1.3: the same


def as_json(body: bytes, headers: Mapping[str, str]) -> bytes:
    """
    Return the body as JSON; one without a content type is taken for JSON as it is.

    The names in ``headers`` are lower-case. Raises RefusalError.
    """
    if headers.get("content-type") == _JSON and "content-encoding" not in headers:
        if len(body) > MAX_BODY:
            raise RefusalError("content_too_large")
        return body  # by far the most
    data = uncompressed(body, headers)
    kind = media_type(headers)
    if kind in _MSGPACK:
        return _unpacked(data)
    if kind in ("", _JSON) or kind.endswith("+json"):
        return data
    allowed = "'application/json' or 'application/vnd.msgpack'"
    raise bad_request(f"Unsupported content type {kind!r}, expected {allowed}")


def uncompressed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the body without its content encoding. Raises RefusalError."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if len(body) > MAX_BODY:
        raise RefusalError("content_too_large")
    if encoding in ("", "identity"):
        return body
    if encoding in _GZIP:
        return _gunzipped(body)
    raise bad_request(f"Unsupported content encoding {encoding!r}, expected 'gzip'")


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type without its parameters, in lower case; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def bad_request(reason: str) -> RefusalError:
    """Return the API's 400 with a sentence of ours."""
    return RefusalError("wrong_api_format", {"reason": reason})


def _gunzipped(body: bytes) -> bytes:
    """Decompress no further than the limit: what lies behind it is never produced."""
    found: list[bytes] = []
    room, rest = MAX_BODY + 1, body
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP_ONLY)
        try:
            found.append(member.decompress(rest, room))
        except zlib.error as error:
            raise bad_request("The request body is not valid gzip") from error
        room -= len(found[-1])
        if not room:
            raise RefusalError("content_too_large")
        if not member.eof:
            break
        rest = member.unused_data.lstrip(b"\0")  # padding, as gzip itself skips it
        if not rest:
            return b"".join(found)
    raise bad_request("The request body is not valid gzip")


def _unpacked(data: bytes) -> bytes:
    import msgpack  # only the few who send it pay for the import

    held = _Held()
    try:
        value = msgpack.unpackb(
            data,
            list_hook=held.count,
            object_hook=held.count,
            max_array_len=_MOST_VALUES,
            max_map_len=_MOST_VALUES,
        )
        return json.dumps(value, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise bad_request("The request body is not valid msgpack") from error


class _Held:
    """Counts the values of lists and objects: a value of one byte takes a hundred in memory."""

    def __init__(self) -> None:
        self._room = _MOST_VALUES

    def count(self, found: Container) -> Container:
        """Return what was found. Raises RefusalError when it is too much."""
        self._room -= len(found) + 1
        if self._room < 0:
            raise RefusalError("content_too_large")
        return found
