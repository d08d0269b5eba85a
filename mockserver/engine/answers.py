"""
Makes the answer that the real API would give, for each endpoint.

This is the third of the engine's five steps. The code here does not depend on the rules or faults
of a scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from mockserver.api.contract.problem import RefusalError
from mockserver.api.writing import chat, completions, models
from mockserver.api.writing.encoder import Form
from mockserver.plan import Plan

from .parsing import ParsedRequest
from .responder import Responder
from .storage import Storage

AnswerFunction: TypeAlias = Callable[[Storage, ParsedRequest, Responder], Plan]


def answer(storage: Storage, parsed: ParsedRequest, responder: Responder) -> Plan:
    """Return the API's own answer, without any fault, to a request that was admitted."""
    if responder.quota is None:
        storage.advance(responder, partial(answer, storage))
    try:
        return ANSWERS[parsed.row.name](storage, parsed, responder)
    except RefusalError as error:
        return responder.refusal(error)


def _completion(form: Form, _: Storage, parsed: ParsedRequest, responder: Responder) -> Plan:
    return responder.completion(parsed, form)


def _models(
    _: Storage, parsed: ParsedRequest, responder: Responder, *, public: bool = False
) -> Plan:
    """Return the list of models, or the record of the model that the path names."""
    edition, form = responder.edition, parsed.query.get("format", "default")
    if not parsed.name:
        return responder.document(models.listing(edition, public=public, form=form))
    return responder.document(models.record(edition, parsed.name, public=public, form=form))


ANSWERS: dict[str, AnswerFunction] = {
    "chat": partial(_completion, chat.FORM),
    "completions": partial(_completion, completions.FORM),
    "models": _models,
    "model": _models,
    "public_models": partial(_models, public=True),
    "public_model": partial(_models, public=True),
    "warming": lambda _, __, responder: responder.document(None),
    "upload_file": Storage.upload,
    "files": Storage.list_files,
    "file": Storage.file,
    "file_content": Storage.content,
    "delete_file": Storage.delete,
    "create_batch": Storage.create,
    "batches": Storage.list_batches,
    "batch": Storage.batch,
    "cancel_batch": Storage.cancel,
}
