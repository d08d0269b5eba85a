"""How long the search for a value may take, and how it says that there is none."""

from __future__ import annotations


class ImpossibleError(ValueError):
    """No value was found; the message is one sentence, ``at`` is where in the value."""

    def __init__(self, why: str, at: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.at = at

    def __str__(self) -> str:
        where = f"at {self.at!r} of the JSON Schema" if self.at else "in the JSON Schema"
        return f"No value was found {where}: {self.why}"


class ExhaustedError(ImpossibleError):
    """The search has taken all of its steps; nothing else is tried."""


class Budget:
    """So many steps, whatever they are taken for; a step takes some microseconds."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises ExhaustedError where there are none left."""
        self.left -= steps
        if self.left < 0:
            raise ExhaustedError(
                f"it takes more than the {self.steps} steps that a search may have"
            )
