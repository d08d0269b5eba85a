"""The question of all apps, and the tool that they offer, which records its arguments."""

from __future__ import annotations

MODEL = "gpt-oss-120b"
QUESTION = "What is the weather like in Köln am Rhein?"
WHOLE = {"city": "Köln am Rhein", "unit": "celsius"}
"""The arguments that the model gives if no fault cuts them."""
ran: list[dict[str, str]] = []


def get_weather(city: str, unit: str = "celsius") -> str:
    """
    Tell the weather in a city.

    Args:
        city: The name of the city.
        unit: Either celsius or fahrenheit.

    """
    ran.append({"city": city, "unit": unit})
    return f"Light rain in {city}, 11 degrees {unit}."
