"""
The status page as JSON, in the form of Statuspage's API, and as HTML.

A field for which the mock has no value is null, as on real pages that do not use the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from html import escape
from typing import Any, Literal, NamedTuple, TypeAlias

from mockserver.scenario.model import Condition

from .outages import COMPLETIONS, OTHERS, Shown, is_well

Document: TypeAlias = dict[str, Any]
Indicator: TypeAlias = Literal["none", "minor", "major", "critical"]
NAME = "Cerebras Inference (mock)"

# the indicator and the description of the page, by the condition of its worst component; the
# documentation of Statuspage has no separate indicator for maintenance
_OVERALL: Mapping[Condition, tuple[Indicator, str]] = {
    "major_outage": ("major", "Partial System Outage"),
    "partial_outage": ("major", "Partial System Outage"),
    "under_maintenance": ("minor", "Service Under Maintenance"),
    "degraded_performance": ("minor", "Partially Degraded Service"),
    "operational": ("none", "All Systems Operational"),
}
_ALL_DOWN: tuple[Indicator, str] = ("critical", "Major Service Outage")
_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}: {overall}</title></head>
<body>
<h1>{overall}</h1>
<ul>
{rows}
</ul>
<p>{name}, updated at {updated}. A program reads <a href="{url}/api/v2/summary.json">JSON</a>.</p>
</body>
</html>
"""


class Page(NamedTuple):
    """A page at ``url``, for a scenario that began at ``started``, in seconds since the epoch."""

    shown: Shown
    started: float
    url: str

    def status(self) -> Document:
        """Return ``status.json``."""
        indicator, description = overall(self.shown.conditions)
        return {
            "page": {
                "id": _id("page"),
                "name": NAME,
                "url": self.url,
                "time_zone": "Etc/UTC",
                "updated_at": self._time(self.shown.since),
            },
            "status": {"indicator": indicator, "description": description},
        }

    def summary(self) -> Document:
        """Return ``summary.json``, in which no maintenance is ever scheduled."""
        return {
            **self.status(),
            "components": self._components(),
            "incidents": [] if is_well(self.shown.conditions) else [self._incident()],
            "scheduled_maintenances": [],
        }

    def html(self) -> str:
        """Return the page for people."""
        rows = "\n".join(
            f"<li>{escape(name)}: {condition.replace('_', ' ')}</li>"
            for name, condition in self.shown.conditions.items()
        )
        said, updated = overall(self.shown.conditions)[1], self._time(self.shown.since)
        return _HTML.format(
            name=NAME, overall=said, rows=rows, updated=updated, url=escape(self.url)
        )

    def _components(self) -> list[Document]:
        return [
            {
                "id": _id(name),
                "name": name,
                "status": condition,
                "created_at": self._time(0.0),
                "updated_at": self._time(self.shown.since),
                "position": position,
                "description": None,
                "showcase": False,
                "start_date": None,
                "group_id": None,
                "page_id": _id("page"),
                "group": False,
                "only_show_if_degraded": False,
            }
            for position, (name, condition) in enumerate(self.shown.conditions.items(), start=1)
        ]

    def _incident(self) -> Document:
        began, updated = self._time(self.shown.down_since), self._time(self.shown.since)
        identity = _id(f"incident/{began}")
        indicator, description = overall(self.shown.conditions)
        return {
            "id": identity,
            "name": description,
            "status": "investigating",
            "created_at": began,
            "updated_at": updated,
            "monitoring_at": None,
            "resolved_at": None,
            "impact": indicator,
            "shortlink": self.url,
            "started_at": began,
            "page_id": _id("page"),
            "incident_updates": [
                {
                    "id": _id(f"update/{updated}"),
                    "status": "investigating",
                    "body": "We are investigating this issue.",
                    "incident_id": identity,
                    "created_at": updated,
                    "updated_at": updated,
                    "display_at": updated,
                }
            ],
            "components": [one for one in self._components() if one["status"] != "operational"],
        }

    def _time(self, elapsed: float) -> str:
        at = datetime.fromtimestamp(self.started + elapsed, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def overall(conditions: Mapping[str, Condition]) -> tuple[Indicator, str]:
    """Return the indicator and the description of a whole page."""
    chats = [one for name, one in conditions.items() if name not in (COMPLETIONS, OTHERS)]
    if chats and all(one == "major_outage" for one in chats):
        return _ALL_DOWN
    return next(said for worst, said in _OVERALL.items() if worst in conditions.values())


def _id(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()
