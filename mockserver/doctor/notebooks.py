"""The Python cells of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.core.messages import json_object

_MAGIC = re.compile(r"^\s*[%!].*", re.MULTILINE)


def cells(text: str, place: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the code of each cell, with magic commands blanked out."""
    found = json_object(text).get("cells")
    for number, cell in enumerate(found if isinstance(found, list) else [], 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            code = "".join(map(str, source)) if isinstance(source, list) else str(source)
            if not code.startswith("%%"):
                yield f"{place}:cell {number}", _MAGIC.sub("", code)
