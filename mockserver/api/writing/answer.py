"""The common part of chat and text completions: choices, token counts, the stamp of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mockserver.api.contract.edition import Model
from mockserver.api.contract.edition_settings import Bodies
from mockserver.api.model.generated_choice import GeneratedChoice
from mockserver.core.seeding import HexStream

from .envelope import Envelope, envelope

_SHORTEST = 0.0001  # seconds; JSON encoders write much smaller numbers in different notations
_SECOND = 1e9  # nanoseconds
_PREDICTION = ("accepted_prediction_tokens", "rejected_prediction_tokens")
_TODAY = Bodies()


class Stamp(NamedTuple):
    """
    The values that differ between two answers with the same text.

    ``number`` is the id without its prefix. ``created`` is in seconds since the epoch. ``queue`` is
    how many seconds the request waited. ``cached`` counts the tokens from the prompt cache.
    """

    number: str
    created: float
    queue: float
    cached: int = 0


@dataclass(slots=True)
class Answer:
    """
    The choices that answer a request, ready to be encoded as chat or text completion.

    ``prompt`` counts the tokens of the prompt; ``images`` counts those that come from images.
    ``discarded`` counts the tokens of completions that are generated but not returned. ``tokens``
    counts all completion tokens, the discarded ones included.
    """

    model_id: str
    model: Model
    prompt: int
    choices: tuple[GeneratedChoice, ...]
    images: int = 0
    bodies: Bodies = _TODAY
    discarded: int = 0
    tokens: int = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.discarded + sum([choice.tokens for choice in self.choices])

    @property
    def reading(self) -> float:
        """Seconds spent on the prompt; the model reads twenty times faster than it writes."""
        return _whole(_SHORTEST + self.prompt / (20 * self.model.speed))

    @property
    def writing(self) -> float:
        """Seconds spent on the completion."""
        return _whole(_SHORTEST + self.tokens / self.model.speed)

    def envelope(self, kind: str) -> Envelope:
        """Return the JSON around the choices; ``kind`` is the value of the key ``object``."""
        bodies, model = self.bodies, self.model
        details: tuple[str, ...] = bodies.completion_details
        if self.choices[0].prediction is not None:  # if one choice has a prediction, all have one
            details = tuple(dict.fromkeys((*_PREDICTION, *details)))
        read = bodies.prompt_details if model.counts_cached else None
        keys = bodies.usage, (details, read), bodies.time_info
        return envelope(kind, self.model_id, *keys, vision=model.vision)

    def counts(self) -> dict[str, float]:
        """Return the counts of ``usage`` by key, without the cached tokens."""
        choices = self.choices
        accepted = rejected = reasoning = 0
        if choices[0].prediction is not None:
            predictions = [one.prediction for one in choices if one.prediction is not None]
            accepted, rejected = map(sum, zip(*predictions, strict=True))
        if self.bodies.counts_reasoning:
            reasoning = sum([one.reasoning_tokens for one in choices])
        return {
            "total_tokens": self.prompt + self.tokens,
            "completion_tokens": self.tokens,
            "prompt_tokens": self.prompt,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
            "reasoning_tokens": reasoning,
            "image_tokens": self.images,
        }


def stamp(now: float, random: HexStream, cached: int = 0) -> Stamp:
    """Return a new stamp; its number has 32 hexadecimal digits in the form of a UUID."""
    name = random.draw(40)
    number = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"
    luck = int(name[32:], 16) / 2**32
    return Stamp(number, now, _whole(_SHORTEST + 0.0004 * luck), cached)


def _whole(seconds: float) -> float:
    """Round seconds to nanoseconds, in half the time of ``round``."""
    return int(seconds * _SECOND + 0.5) / _SECOND
