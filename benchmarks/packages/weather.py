"""What all the apps ask, and the tool that they offer: it notes with what it has been run."""

from __future__ import annotations

MODEL = "gpt-oss-120b"
QUESTION = "What is the weather like in Köln am Rhein?"
WHOLE = {"city": "Köln am Rhein", "unit": "celsius"}
"""The arguments that the model gives, when it is let."""
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
