"""
Who answers what: for each row of the endpoints, what the real API would say.

The middle one of the engine's five steps; nothing here knows of scenarios' rules or faults.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from mockserver.api.contract.problem import RefusalError
from mockserver.api.writing import chat, completions, models
from mockserver.api.writing.encoder import Form
from mockserver.plan import Plan

from .honest import Honest
from .inquiry import Inquiry
from .storage import Storage

Answering: TypeAlias = Callable[[Storage, Inquiry, Honest], Plan]


def answer(storage: Storage, inquiry: Inquiry, honest: Honest) -> Plan:
    """Return the plan of the honest answer to a request that was not refused."""
    if honest.quota is None:
        storage.advance(honest, partial(answer, storage))
    try:
        return ANSWERS[inquiry.row.name](storage, inquiry, honest)
    except RefusalError as error:
        return honest.refusal(error)


def _completion(form: Form, _: Storage, inquiry: Inquiry, honest: Honest) -> Plan:
    return honest.completion(inquiry, form)


def _models(_: Storage, inquiry: Inquiry, honest: Honest, *, public: bool = False) -> Plan:
    form = inquiry.query.get("format", "default")
    return honest.document(models.listing(honest.edition, public=public, form=form))


def _model(_: Storage, inquiry: Inquiry, honest: Honest, *, public: bool = False) -> Plan:
    form = inquiry.query.get("format", "default")
    return honest.document(models.record(honest.edition, inquiry.name, public=public, form=form))


ANSWERS: dict[str, Answering] = {
    "chat": partial(_completion, chat.FORM),
    "completions": partial(_completion, completions.FORM),
    "models": _models,
    "model": _model,
    "public_models": partial(_models, public=True),
    "public_model": partial(_model, public=True),
    "warming": lambda _, __, honest: honest.document(None),
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
