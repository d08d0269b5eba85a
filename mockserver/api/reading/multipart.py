"""
Reads ``multipart/form-data`` (RFC 7578).

The parser of the standard library's email package is not used, because it changes line ends in
files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from .decoding import bad_request, media_type

_FIELDS = HeaderParser()
_MOST_PARTS = 100  # a form for the API has only two
_LONGEST_HEAD = 8_192  # bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; ``filename`` is None unless the field is a file."""

    data: bytes
    filename: str | None = None


def parts(body: bytes, headers: Mapping[str, str]) -> dict[str, Part]:
    """
    Return the fields of a form by name; if a name occurs twice, the last field is kept.

    Raises RefusalError for another content type, and for a body that is not a valid form.
    """
    if media_type(headers) != "multipart/form-data":
        found = media_type(headers)
        raise bad_request(f"Unsupported content type {found!r}, expected 'multipart/form-data'")
    try:
        return _read(body, headers["content-type"])
    except ValueError as error:  # RFC 2231: a parameter names its codec, which may be unknown
        raise bad_request("The form has a parameter that cannot be decoded") from error


def _read(body: bytes, content_type: str) -> dict[str, Part]:
    form = Message()
    form["content-type"] = content_type
    boundary = form.get_boundary()
    if not boundary:
        raise bad_request("The content type has no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), _MOST_PARTS + 2)
    if len(pieces) > _MOST_PARTS + 2:  # two more for what precedes and follows the parts
        raise bad_request(f"The form has more than {_MOST_PARTS} parts")
    if len(pieces) == 1 or not pieces[-1].startswith(b"--"):
        raise bad_request("The request body is not a complete form with that boundary")
    return dict(map(_part, pieces[1:-1]))


def _part(piece: bytes) -> tuple[str, Part]:
    head, _, data = piece.partition(b"\r\n\r\n")
    if len(head) > _LONGEST_HEAD:
        raise bad_request(f"A part of the form has a head of more than {_LONGEST_HEAD} bytes")
    fields = _FIELDS.parsestr(head.lstrip().decode(errors="replace"))  # in UTF-8 (RFC 7578, 5.1)
    name = fields.get_param("name", "", "content-disposition")
    return str(name), Part(data, fields.get_filename())
