"""Limits the steps of the search for a value, and defines the errors that end the search."""

from __future__ import annotations


class ImpossibleError(ValueError):
    """
    No value was found for a JSON Schema.

    ``why`` is the reason, as the end of a sentence. ``at`` is the path of the part that could not
    be made; empty for the whole value.
    """

    def __init__(self, why: str, at: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.at = at

    def __str__(self) -> str:
        where = f"at {self.at!r} of the JSON Schema" if self.at else "in the JSON Schema"
        return f"No value was found {where}: {self.why}"


class ExhaustedError(ImpossibleError):
    """The search has used up its steps, so it ends."""


class Budget:
    """A number of steps for all parts of a search; a step takes a few microseconds."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Use up steps. Raises ExhaustedError if too few steps are left."""
        self.left -= steps
        if self.left < 0:
            raise ExhaustedError(
                f"it takes more than the {self.steps} steps that a search may have"
            )
