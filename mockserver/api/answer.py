"""What all completions have in common: what was said, its usage, and the stamp of each answer."""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple

from mockserver.chance import Bits

from .edition import Model
from .said import Said
from .shapes import Bodies

_SHORTEST = 0.0001  # seconds; encoders differ in how they write what is much less
_PREDICTION = ("accepted_prediction_tokens", "rejected_prediction_tokens")


class Stamp(NamedTuple):
    """
    What tells an answer from the next one in the same words.

    ``number`` is the id without its prefix, ``created`` seconds since the epoch, ``queue`` the
    seconds that the request waited, ``cached`` the tokens that came from the prompt cache.
    """

    number: str
    created: float
    queue: float
    cached: int = 0


class Answer(NamedTuple):
    """
    What the model says to a request, ready to be written in either form.

    ``prompt`` are the tokens of the prompt, of which ``images`` are those of images. ``others`` are
    the choices after the first, ``discarded`` the tokens of completions that are not returned.
    """

    model_id: str
    model: Model
    prompt: int
    said: Said
    others: tuple[Said, ...] = ()
    images: int = 0
    bodies: Bodies = Bodies()
    discarded: int = 0

    @property
    def choices(self) -> tuple[Said, ...]:
        """All choices in order."""
        return (self.said, *self.others)

    @property
    def tokens(self) -> int:
        """The completion tokens of all choices, and of what was made and not returned."""
        own = self.said.tokens + self.discarded
        return own + sum(said.tokens for said in self.others) if self.others else own

    @property
    def reading(self) -> float:
        """The seconds that the prompt took: it is read twenty times faster than text is written."""
        return round(_SHORTEST + self.prompt / (20 * self.model.speed), 9)

    @property
    def writing(self) -> float:
        """The seconds that the completion took."""
        return round(_SHORTEST + self.tokens / self.model.speed, 9)

    @property
    def fingerprint(self) -> str:
        """The ``system_fingerprint``: constant for a model."""
        return _fingerprint(self.model_id)

    def usage(self, cached: int = 0) -> bytes:
        """Return the counts when so many tokens were cached; the edition has keys and order."""
        completion = self.tokens
        choices = self.choices
        predictions = [said.prediction for said in choices if said.prediction is not None]
        counts = {
            "total_tokens": self.prompt + completion,
            "completion_tokens": completion,
            "prompt_tokens": self.prompt,
            "accepted_prediction_tokens": sum([accepted for accepted, _ in predictions]),
            "rejected_prediction_tokens": sum([rejected for _, rejected in predictions]),
            "reasoning_tokens": sum([said.reasoning_tokens for said in choices]),
            "cached_tokens": cached,
            "image_tokens": self.images,
        }
        details: tuple[str, ...] = self.bodies.completion_details
        if predictions:
            details = tuple(dict.fromkeys((*_PREDICTION, *details)))
        read = self.bodies.prompt_details if self.model.counts_cached else None
        form = _usage(self.bodies.usage, details, read, vision=self.model.vision)
        return (form % counts).encode()


def stamp(now: float, random: Bits, cached: int = 0) -> Stamp:
    """Return another stamp; its number has 32 hexadecimal digits in the form of a UUID."""
    digits = f"{random.getrandbits(160):040x}"
    name, luck = digits[:32], int(digits[32:], 16) / 2**32
    number = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
    return Stamp(number, now, round(_SHORTEST + 0.0004 * luck, 9), cached)


@lru_cache
def _usage(
    keys: tuple[str, ...],
    completion: tuple[str, ...],
    prompt: tuple[str, ...] | None,
    *,
    vision: bool,
) -> str:
    """Return the object of this name as JSON, with gaps for the counts."""
    known: dict[str, tuple[str, ...] | None] = {
        "completion_tokens_details": completion,
        "prompt_tokens_details": prompt,
    }

    def gap(key: str) -> str:
        details = known.get(key)
        return f'"{key}":%({key})d' if details is None else f'"{key}":{gaps(details)}'

    def gaps(keys: tuple[str, ...]) -> str:
        left_out = {name for name, details in known.items() if details is None}
        left_out |= set() if vision else {"image_tokens"}
        return f"{{{','.join([gap(key) for key in keys if key not in left_out])}}}"

    return gaps(keys)


@cache
def _fingerprint(model_id: str) -> str:
    return f"fp_{blake2b(model_id.encode(), digest_size=10).hexdigest()}"
