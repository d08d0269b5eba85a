"""
The files and batches that clients create.

Files, batches, quotas and the prompt cache are the only state of the imitated API that lasts from
one answer to the next. One storage serves all API keys. When it is full, the oldest entries are
deleted. A batch makes progress only when a request that costs nothing arrives, such as a request
for the state of the batch. The storage then answers the lines that are due by the time of that
request. It answers them as the real API does, regardless of the scenario's rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeVar, cast

from mockserver.api.contract.endpoints import BatchRequest
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.quota import Quota
from mockserver.api.contract.routes import route
from mockserver.api.reading import batches, files
from mockserver.api.reading.batches import Batch, Line, Outcome
from mockserver.api.reading.decoding import bad_request
from mockserver.api.reading.files import File, Upload
from mockserver.core.seeding import HexStream
from mockserver.core.sse import dumps
from mockserver.plan import Data, Plan, expand, head_of

from .parsing import ParsedRequest, read_line
from .responder import Responder

_BINARY = "application/octet-stream"
MOST = 1_000
"""The maximum number of files, and of batches."""
MOST_BYTES = 256 * 2**20
"""The maximum number of bytes in all files together."""
Answer: TypeAlias = Callable[[ParsedRequest, Responder], Plan]
_Thing = TypeVar("_Thing")


class Storage:
    """Files and batches, and the answers to requests about them."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._batches: dict[str, Batch] = {}
        self._undo: Callable[[], object] | None = None

    def advance(self, responder: Responder, answer: Answer) -> None:
        """Answer the lines that are due, and write the result files of batches that are over."""
        for batch in self._batches.values():
            for at in range(len(batch.outcomes), batch.answered(responder.now)):
                batch.outcomes.append(_outcome(batch, at, responder, answer))
            if batch.is_over(responder.now) and not batch.settled:
                batch.settled = True
                batch.output_file_id = self._write(batch, responder, refused=False)
                batch.error_file_id = self._write(batch, responder, refused=True)

    def settle(self, *, refused: bool) -> None:
        """Keep the last change, but undo it if a fault has turned its answer into an error."""
        if refused and self._undo is not None:
            self._undo()
        self._undo = None

    def upload(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Store a file."""
        assert parsed.upload is not None  # noqa: S101 (else the request was refused)
        file = File(files.new_id(responder.random), responder.now, parsed.upload)
        self._keep(file)
        self._undo = partial(self._files.pop, file.id)
        return responder.document(file.document())

    def list_files(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """List the files."""
        purpose = parsed.query.get("purpose")
        shown = [file.document() for file in self._files.values()]
        fitting = [one for one in shown if purpose in (None, one["purpose"])]
        return responder.document(_page(fitting, parsed.query, 10_000))

    def file(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Describe a file."""
        return responder.document(_found(self._files, parsed.name, "File").document())

    def content(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Return the content of a file."""
        return responder.content(_found(self._files, parsed.name, "File").upload.content, _BINARY)

    def delete(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Delete a file."""
        file = _found(self._files, parsed.name, "File")
        self._undo = partial(setattr, self, "_files", dict(self._files))
        del self._files[file.id]
        return responder.document(files.deleted(file))

    def create(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Begin a batch."""
        request = cast("BatchRequest", parsed.body)
        input_file = self._files.get(request["input_file_id"])
        if input_file is None:
            raise bad_request(f"input_file_id: File {request['input_file_id']} does not exist")
        lines, faults = batches.read_lines(input_file.upload.content, request["endpoint"])
        batch = Batch(batches.new_id(responder.random), request, responder.now, lines, faults)
        self._batches[batch.id] = batch
        while len(self._batches) > MOST:
            del self._batches[next(iter(self._batches))]
        self._undo = partial(self._batches.pop, batch.id)
        return responder.document(batch.document(responder.now))

    def batch(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Describe a batch and its progress."""
        return responder.document(
            _found(self._batches, parsed.name, "Batch").document(responder.now)
        )

    def list_batches(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """List the batches."""
        shown = [batch.document(responder.now) for batch in self._batches.values()]
        return responder.document(_page(shown, parsed.query, 20))

    def cancel(self, parsed: ParsedRequest, responder: Responder) -> Plan:
        """Cancel a batch."""
        batch = _found(self._batches, parsed.name, "Batch")
        if batch.is_over(responder.now):
            raise bad_request(f"Batch {batch.id} is {batch.status(responder.now)} already")
        if batch.cancelled is None:
            batch.cancelled = responder.now
            self._undo = partial(setattr, batch, "cancelled", None)
        return responder.document(batch.document(responder.now))

    def _write(self, batch: Batch, responder: Responder, *, refused: bool) -> str | None:
        """Write the outcomes of one kind to a file; return its id, or None if there are none."""
        lines = [outcome.line for outcome in batch.outcomes if outcome.refused is refused]
        if not lines:
            return None
        kind = "error" if refused else "output"
        upload = Upload(f"{batch.id}_{kind}.jsonl", "batch_output", b"\n".join((*lines, b"")))
        name = files.new_id(_random(responder, batch, kind))
        self._keep(File(name, batch.ended_at, upload))
        return name

    def _keep(self, file: File) -> None:
        self._files[file.id] = file
        held = sum(len(one.upload.content) for one in self._files.values())
        while len(self._files) > MOST or held > MOST_BYTES:
            held -= len(self._files.pop(next(iter(self._files))).upload.content)


def _outcome(batch: Batch, at: int, responder: Responder, answer: Answer) -> Outcome:
    """Return the outcome of one line."""
    line, now = batch.lines[at], batch.answered_at(at)
    quota = Quota(responder.edition.tier(None), now, shape=responder.edition.headers)
    own = Responder(responder.edition, responder.seed, now, _random(responder, batch, at), quota)
    plan = expand(_answer(batch, line, own, answer))
    head = head_of(plan)
    assert head is not None  # noqa: S101 (an answer without faults has one)
    body = b"".join(step.data for step in plan if isinstance(step, Data))
    response = {
        "status_code": head.status,
        "request_id": head.header("x-request-id"),
        "body": json.loads(body),
    }
    name = f"batch_req_{own.random.draw(24)}"
    named: dict[str, Any] = {"id": name, "custom_id": line.custom_id}
    return Outcome(dumps({**named, "response": response, "error": None}), head.refuses)


def _answer(batch: Batch, line: Line, own: Responder, answer: Answer) -> Plan:
    endpoint, _ = route("POST", batch.request["endpoint"])
    parsed = read_line(endpoint, line.body, own.edition)
    if parsed.stream:
        return own.refusal(bad_request("stream: A batch has no streams"))
    return own.refusal(parsed.refusal) if parsed.refusal else answer(parsed, own)


def _random(responder: Responder, batch: Batch, about: object) -> HexStream:
    return HexStream(f"{responder.seed}/{batch.id}/{about}")


def _found(things: Mapping[str, _Thing], name: str, kind: str) -> _Thing:
    if name not in things:
        reason = f"{kind} {name} does not exist"
        raise RefusalError("resource_not_found", {"reason": reason})
    return things[name]


def _page(documents: list[dict[str, Any]], query: dict[str, Any], most: int) -> dict[str, Any]:
    """Return a page of documents, newest first; ``most`` applies if the query has no ``limit``."""
    newest = documents[::-1]
    names = [one["id"] for one in newest]
    if query.get("after") in names:
        newest = newest[names.index(query["after"]) + 1 :]
    shown = newest[: query.get("limit", most)]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(newest) > len(shown),
    }
