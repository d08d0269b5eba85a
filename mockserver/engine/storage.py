"""
What clients leave with the API: their files and batches.

The one part of an honest answer that outlives it. One storage serves all keys. It has room for the
newest; what has been there longest goes first. The state moves on
with the time of each request, never by itself; the lines of a batch are answered honestly, whatever
the rules of the scenario are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mockserver.api.contract.limits import Quota
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.routes import Endpoint
from mockserver.api.model.reply import Reply
from mockserver.api.reading import batches, files
from mockserver.api.reading.batches import Batch, Line, Outcome
from mockserver.api.reading.decoding import bad_request
from mockserver.api.reading.files import File, Upload
from mockserver.core.seeding import HexStream
from mockserver.core.sse import dumps
from mockserver.plan import Data, Plan, apart, head_of

from .honest import Honest
from .inquiry import Inquiry, read_line

_BINARY = "application/octet-stream"
MOST = 1_000
"""How many files there is room for, and how many batches."""
MOST_BYTES = 256 * 2**20
"""What all files may hold together."""
_PAGE = {"files": 10_000, "batches": 20}


class Storage:
    """Files and batches, and the answers to requests about them."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._batches: dict[str, Batch] = {}
        self._undo: Callable[[], object] | None = None
        self._answers: dict[Endpoint | None, Callable[[Inquiry, Honest], Plan]] = {
            "upload_file": self._upload,
            "files": self._list_files,
            "file": lambda inquiry, honest: _object(honest, self._file(inquiry.name).document()),
            "file_content": self._content,
            "delete_file": self._delete,
            "create_batch": self._create,
            "batches": self._list_batches,
            "batch": lambda inquiry, honest: self._shown(honest, self._batch(inquiry.name)),
            "cancel_batch": self._cancel,
        }

    def answer(self, inquiry: Inquiry, honest: Honest) -> Plan | None:
        """Return the plan of an answer; None when the request is about something else."""
        answer = self._answers.get(inquiry.endpoint)
        if answer is None:
            return None
        for batch in self._batches.values():
            self._advance(batch, honest)
        try:
            return answer(inquiry, honest)
        except RefusalError as error:
            return honest.refusal(error)

    def settle(self, *, refused: bool) -> None:
        """Keep the last change, or take it back when a fault has made an error of its answer."""
        if refused and self._undo is not None:
            self._undo()
        self._undo = None

    def _file(self, name: str) -> File:
        if name not in self._files:
            raise _missing("File", name)
        return self._files[name]

    def _batch(self, name: str) -> Batch:
        if name not in self._batches:
            raise _missing("Batch", name)
        return self._batches[name]

    def _upload(self, inquiry: Inquiry, honest: Honest) -> Plan:
        assert inquiry.upload is not None  # noqa: S101 (else the request was refused)
        file = File(files.new_id(honest.random), honest.now, inquiry.upload)
        self._keep(file)
        self._undo = partial(self._files.pop, file.id)
        return _object(honest, file.document())

    def _list_files(self, inquiry: Inquiry, honest: Honest) -> Plan:
        purpose = inquiry.query.get("purpose")
        shown = [file.document() for file in self._files.values()]
        fitting = [one for one in shown if purpose in (None, one["purpose"])]
        return _object(honest, _page(fitting, {"limit": _PAGE["files"], **inquiry.query}))

    def _content(self, inquiry: Inquiry, honest: Honest) -> Plan:
        return honest.document(self._file(inquiry.name).upload.content, _BINARY)

    def _delete(self, inquiry: Inquiry, honest: Honest) -> Plan:
        file = self._file(inquiry.name)
        self._undo = partial(setattr, self, "_files", dict(self._files))
        del self._files[file.id]
        return _object(honest, files.deleted(file))

    def _create(self, inquiry: Inquiry, honest: Honest) -> Plan:
        request = inquiry.batch
        assert request is not None  # noqa: S101 (else the request was refused)
        input_file = self._files.get(request["input_file_id"])
        if input_file is None:
            raise bad_request(f"input_file_id: File {request['input_file_id']} does not exist")
        lines, faults = batches.read_lines(input_file.upload.content, request["endpoint"])
        batch = Batch(batches.new_id(honest.random), request, honest.now, lines, faults)
        self._batches[batch.id] = batch
        while len(self._batches) > MOST:
            del self._batches[next(iter(self._batches))]
        self._undo = partial(self._batches.pop, batch.id)
        return self._shown(honest, batch)

    def _list_batches(self, inquiry: Inquiry, honest: Honest) -> Plan:
        shown = [batch.document(honest.now) for batch in self._batches.values()]
        return _object(honest, _page(shown, {"limit": _PAGE["batches"], **inquiry.query}))

    def _cancel(self, inquiry: Inquiry, honest: Honest) -> Plan:
        batch = self._batch(inquiry.name)
        if batch.is_over(honest.now):
            raise bad_request(f"Batch {batch.id} is {batch.status(honest.now)} already")
        if batch.cancelled is None:
            batch.cancelled = honest.now
            self._undo = partial(setattr, batch, "cancelled", None)
        return self._shown(honest, batch)

    def _shown(self, honest: Honest, batch: Batch) -> Plan:
        return _object(honest, batch.document(honest.now))

    def _advance(self, batch: Batch, honest: Honest) -> None:
        """Answer the lines that are due, and write the files when the batch is over."""
        for at in range(len(batch.outcomes), batch.answered(honest.now)):
            batch.outcomes.append(_outcome(batch, at, honest))
        if batch.is_over(honest.now) and not batch.settled:
            batch.settled = True
            batch.output_file_id = self._write(batch, honest, refused=False)
            batch.error_file_id = self._write(batch, honest, refused=True)

    def _write(self, batch: Batch, honest: Honest, *, refused: bool) -> str | None:
        """Write the outcomes of one kind into a file; None when there are none."""
        lines = [outcome.line for outcome in batch.outcomes if outcome.refused is refused]
        if not lines:
            return None
        kind = "error" if refused else "output"
        upload = Upload(f"{batch.id}_{kind}.jsonl", "batch_output", b"\n".join((*lines, b"")))
        name = files.new_id(_random(honest, batch, kind))
        self._keep(File(name, batch.ended_at, upload))
        return name

    def _keep(self, file: File) -> None:
        self._files[file.id] = file
        held = sum(len(one.upload.content) for one in self._files.values())
        while len(self._files) > MOST or held > MOST_BYTES:
            held -= len(self._files.pop(next(iter(self._files))).upload.content)


def _outcome(batch: Batch, at: int, honest: Honest) -> Outcome:
    """Return the honest answer to one line."""
    line, now = batch.lines[at], batch.answered_at(at)
    own = replace(honest, now=now, random=_random(honest, batch, at))
    plan = _answer(batch, line, own)
    head = head_of(plan)
    assert head is not None  # noqa: S101 (an honest answer has one)
    body = b"".join(step.data for step in plan if isinstance(step, Data))
    response = {
        "status_code": head.status,
        "request_id": head.header("x-request-id"),
        "body": json.loads(body),
    }
    name = f"batch_req_{own.random.draw(24)}"
    named: dict[str, Any] = {"id": name, "custom_id": line.custom_id}
    return Outcome(dumps({**named, "response": response, "error": None}), head.refuses)


def _answer(batch: Batch, line: Line, own: Honest) -> Plan:
    inquiry = read_line(batches.ENDPOINTS[batch.request["endpoint"]], line.body, own.edition)
    if inquiry.stream:
        return own.refusal(bad_request("stream: A batch has no streams"))
    if inquiry.refusal is not None:
        return own.refusal(inquiry.refusal)
    quota = Quota(own.edition.tier(None), own.now, shape=own.edition.headers)
    return apart(own.completion(inquiry, Reply(), quota, cached=0))


def _random(honest: Honest, batch: Batch, about: object) -> HexStream:
    return HexStream(f"{honest.seed}/{batch.id}/{about}")


def _object(honest: Honest, document: dict[str, Any]) -> Plan:
    return honest.document(dumps(document))


def _missing(kind: str, name: str) -> RefusalError:
    return RefusalError("resource_not_found", {"reason": f"{kind} {name} does not exist"})


def _page(documents: list[dict[str, Any]], query: dict[str, Any]) -> dict[str, Any]:
    """Return the newest first: at most ``limit`` of those behind ``after``."""
    newest = documents[::-1]
    names = [one["id"] for one in newest]
    if query.get("after") in names:
        newest = newest[names.index(query["after"]) + 1 :]
    shown = newest[: query["limit"]]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(newest) > len(shown),
    }
