"""Finds models that answer in the mock although the API has retired them."""

from __future__ import annotations

from http import HTTPStatus

from mockserver.api.contract import editions
from mockserver.api.contract.edition import Edition

from .journal import Journal


def retirements(journal: Journal, edition: Edition) -> list[str]:
    """Return a sentence for each model that answered although the API has retired it."""
    answered = {one.model for one in journal.exchanges if one.status == HTTPStatus.OK}
    known = {name: edition.models[name] for name in answered & edition.models.keys()}
    retired = {name: one.retired for name, one in known.items() if edition.is_retired(one)}
    shipped = edition.name in editions.names()
    by_whom = "the live API" if shipped else f"according to edition {edition.name!r} the API"
    return [
        f"{name} answers in this mock, but {by_whom} retired it on {retired[name]}"
        for name in sorted(retired)
    ]
