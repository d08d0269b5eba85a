"""What all completions have in common: what was said, its counts, and the stamp of each answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mockserver.api.contract.edition import Model
from mockserver.api.contract.shapes import Bodies
from mockserver.api.model.said import Said
from mockserver.core.seeding import HexStream

from .frame import Frame, frame

_SHORTEST = 0.0001  # seconds; encoders differ in how they write what is much less
_SECOND = 1e9  # nanoseconds
_PREDICTION = ("accepted_prediction_tokens", "rejected_prediction_tokens")
_TODAY = Bodies()


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


@dataclass(slots=True)
class Answer:
    """
    What the model says to a request, ready to be written in either form.

    ``prompt`` are the tokens of the prompt, of which ``images`` are those of images. ``others`` are
    the choices after the first, ``discarded`` the tokens of completions that are not returned.
    ``tokens`` are the completion tokens of all choices, and of what was made and not returned.
    """

    model_id: str
    model: Model
    prompt: int
    said: Said
    others: tuple[Said, ...] = ()
    images: int = 0
    bodies: Bodies = _TODAY
    discarded: int = 0
    tokens: int = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.said.tokens + self.discarded
        if self.others:
            self.tokens += sum(said.tokens for said in self.others)

    @property
    def choices(self) -> tuple[Said, ...]:
        """All choices in order."""
        return (self.said, *self.others)

    @property
    def reading(self) -> float:
        """The seconds that the prompt took: it is read twenty times faster than text is written."""
        return _whole(_SHORTEST + self.prompt / (20 * self.model.speed))

    @property
    def writing(self) -> float:
        """The seconds that the completion took."""
        return _whole(_SHORTEST + self.tokens / self.model.speed)

    def frame(self, kind: str) -> Frame:
        """Return what stands around the choices of a kind of object; the edition has the keys."""
        bodies, model = self.bodies, self.model
        details: tuple[str, ...] = bodies.completion_details
        if self.said.prediction is not None:  # then all choices have one
            details = tuple(dict.fromkeys((*_PREDICTION, *details)))
        read = bodies.prompt_details if model.counts_cached else None
        keys = bodies.usage, (details, read), bodies.time_info
        return frame(kind, self.model_id, *keys, vision=model.vision)

    def counts(self) -> dict[bytes, float]:
        """Return what usage counts, by the names of its keys, but for the cached tokens."""
        choices = self.choices
        predictions: list[tuple[int, int]] = []
        if self.said.prediction is not None:
            predictions = [said.prediction for said in choices if said.prediction is not None]
        return {
            b"total_tokens": self.prompt + self.tokens,
            b"completion_tokens": self.tokens,
            b"prompt_tokens": self.prompt,
            b"accepted_prediction_tokens": sum([accepted for accepted, _ in predictions]),
            b"rejected_prediction_tokens": sum([rejected for _, rejected in predictions]),
            b"reasoning_tokens": sum([said.reasoning_tokens for said in choices])
            if self.bodies.counts_reasoning
            else 0,
            b"image_tokens": self.images,
        }


def stamp(now: float, random: HexStream, cached: int = 0) -> Stamp:
    """Return another stamp; its number has 32 hexadecimal digits in the form of a UUID."""
    name = random.draw(40)
    number = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"
    luck = int(name[32:], 16) / 2**32
    return Stamp(number, now, _whole(_SHORTEST + 0.0004 * luck), cached)


def _whole(seconds: float) -> float:
    """Return whole nanoseconds, in seconds; ``round`` takes twice as long."""
    return int(seconds * _SECOND + 0.5) / _SECOND
