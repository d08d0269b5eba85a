"""
Files, the input and output of batches.

The API documents that files can be uploaded, listed, retrieved, read and deleted, but not what the
answers look like. Here the answers follow the OpenAI API, so that clients of that API can read
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.api.contract.problem import RefusalError
from mockserver.core.seeding import HexStream

from .decoding import uncompressed
from .multipart import parts

PURPOSE = "batch"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client uploads it."""

    filename: str
    purpose: str
    content: bytes

    def shown(self) -> dict[str, Any]:
        """Return the form as JSON for the journal; leave out the boundary, which often differs."""
        text = self.content.decode(errors="replace")
        return {"purpose": self.purpose, "filename": self.filename, "file": text}


@dataclass(frozen=True, slots=True)
class File:
    """A stored file; ``created`` is in seconds since the epoch."""

    id: str
    created: float
    upload: Upload

    def document(self) -> dict[str, Any]:
        """Return the file as JSON."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.upload.content),
            "created_at": int(self.created),
            "filename": self.upload.filename,
            "purpose": self.upload.purpose,
            "status": "processed",
        }


def deleted(file: File) -> dict[str, Any]:
    """Return the JSON that confirms a deletion."""
    return {"id": file.id, "object": "file", "deleted": True}


def new_id(random: HexStream) -> str:
    """Return the id of a new file."""
    return f"file-{random.draw(24)}"


def read_upload(body: bytes, headers: Mapping[str, str]) -> Upload:
    """Return the file that a form uploads. Raises RefusalError."""
    form = parts(uncompressed(body, headers), headers)
    wrong = [f"{name}: Field required" for name in ("file", "purpose") if name not in form]
    purpose = form["purpose"].data.decode(errors="replace") if "purpose" in form else PURPOSE
    if purpose != PURPOSE:
        wrong.append(f"purpose: Input should be '{PURPOSE}'")
    if wrong:
        raise RefusalError("wrong_api_format", {"reason": "\n".join(wrong)})
    file = form["file"]
    return Upload(file.filename or "upload", purpose, file.data)
