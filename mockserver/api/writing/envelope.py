"""
The JSON around the choices of an answer: id, creation time, model, usage and times.

Only the numbers change between answers of a model, so a template with placeholders for the numbers
is prepared once. The order of keys comes from recorded streams. The edition lists the keys of usage
and times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from mockserver.core.sse import dumps

Keys: TypeAlias = tuple[str, ...]


class Envelope(NamedTuple):
    """
    The text before the choices, the text after them, and the end of the body.

    The placeholder in ``before`` stands for the id, the one in ``after`` for the creation time in
    whole seconds. The placeholders in ``tail`` stand for counts and times; ``values`` returns their
    values from a mapping of all counts and times.
    """

    before: str
    after: str
    tail: str
    values: Callable[[Mapping[str, float]], tuple[float, ...]]


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
    Return the envelope in which the value of ``object`` is ``kind``.

    ``usage`` and ``times`` are the keys of ``usage`` and ``time_info``. ``details`` are the keys of
    ``completion_tokens_details`` and ``prompt_tokens_details``; None omits the object. Without
    ``vision``, ``image_tokens`` is omitted.
    """
    identity = {"model": model_id, "system_fingerprint": fingerprint(model_id), "object": kind}
    named = dumps(identity)[1:-1].decode().replace("%", "%%")
    completion, prompt = details
    known = {"completion_tokens_details": completion, "prompt_tokens_details": prompt}
    placed: list[str] = []

    def placeholder(key: str, conversion: str) -> str:
        placed.append(key)
        return f'"{key}":%{conversion}'

    def counts(keys: Keys) -> str:
        left_out = {key for key, within in known.items() if within is None}
        left_out |= set() if vision else {"image_tokens"}
        return _object([count(key) for key in keys if key not in left_out])

    def count(key: str) -> str:
        within = known.get(key)
        return placeholder(key, "d") if within is None else f'"{key}":{counts(within)}'

    used = counts(usage)
    time_info = _object([placeholder(key, "r") for key in times])
    tail = f',"usage":{used},"time_info":{time_info}}}'
    after = f'],"created":%d,{named}'
    return Envelope('{"id":"%s","choices":[', after, tail, itemgetter(*placed))


def fingerprint(model_id: str) -> str:
    """Return the ``system_fingerprint``, which is constant for a model."""
    return f"fp_{blake2b(model_id.encode(), digest_size=10).hexdigest()}"


def _object(members: list[str]) -> str:
    return f"{{{','.join(members)}}}"
