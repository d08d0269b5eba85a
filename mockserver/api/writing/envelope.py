"""
What stands around the choices of an answer: its id, its creation, the model, usage and times.

All answers of a model have the same but for the numbers, so it is prepared once, with gaps for
these. The order of the keys is that of recorded streams; the edition has those of usage and times.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from mockserver.core.sse import dumps

Keys: TypeAlias = tuple[str, ...]


class Envelope(NamedTuple):
    """
    What comes before the choices, what comes behind them, and how the body ends.

    The gap in ``before`` is for the id, that in ``after`` for the second of the creation; those in
    ``tail`` have the names of the keys.
    """

    before: str
    after: bytes
    tail: bytes


@lru_cache
def envelope(
    kind: str,
    model_id: str,
    usage: Keys,
    details: tuple[Keys, Keys | None],
    times: Keys,
    *,
    vision: bool,
) -> Envelope:
    """
    Return the envelope of a ``kind`` of object.

    ``usage`` and ``times`` are the keys of ``usage`` and ``time_info``, ``details`` those of
    ``completion_tokens_details`` and ``prompt_tokens_details``, None where there is no such object.
    Without ``vision`` no images are counted.
    """
    identity = {"model": model_id, "system_fingerprint": fingerprint(model_id), "object": kind}
    named = dumps(identity)[1:-1].replace(b"%", b"%%")
    completion, prompt = details
    known = {"completion_tokens_details": completion, "prompt_tokens_details": prompt}

    def counts(keys: Keys) -> str:
        left_out = {key for key, within in known.items() if within is None}
        left_out |= set() if vision else {"image_tokens"}
        return _object([count(key) for key in keys if key not in left_out])

    def count(key: str) -> str:
        within = known.get(key)
        return _gap(key, "d") if within is None else f'"{key}":{counts(within)}'

    time_info = _object([_gap(key, "r") for key in times])
    tail = f',"usage":{counts(usage)},"time_info":{time_info}}}'
    return Envelope('{"id":"%s","choices":[', b'],"created":%d,' + named, tail.encode())


def fingerprint(model_id: str) -> str:
    """Return the ``system_fingerprint``: constant for a model."""
    return f"fp_{blake2b(model_id.encode(), digest_size=10).hexdigest()}"


def _object(members: list[str]) -> str:
    return f"{{{','.join(members)}}}"


def _gap(key: str, how: str) -> str:
    return f'"{key}":%({key}){how}'
