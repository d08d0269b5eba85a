"""
Writes the compiled forms of the shipped editions and scenarios: ``python -m tests.shipped``.

Run it after each change of a YAML file among them, or of the types that they are read into.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from mockserver.api.contract import editions
from mockserver.api.contract.edition import SHIPPED as EDITIONS
from mockserver.core.compiled import FILE, row
from mockserver.core.documents import shipped
from mockserver.scenario import loader


def wanted() -> Iterator[tuple[Path, str]]:
    """Yield the files with the text that each should have."""
    names = editions.names()
    rows = {name: row(editions._shipped(name)[1], EDITIONS, *names) for name in names}
    yield _written(EDITIONS, rows)
    alone = [name for name in loader.names() if "extends" not in shipped(loader.SHIPPED, name).data]
    yield _written(
        loader.SHIPPED,
        {name: row(loader.loaded(name).scenario, loader.SHIPPED, name) for name in alone},
    )


def _written(package: str, rows: dict[str, object]) -> tuple[Path, str]:
    lines = (f"{json.dumps(name)}: {json.dumps(one)}" for name, one in rows.items())
    return Path(str(files(package))) / FILE, "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    for path, text in wanted():
        path.write_text(text, "utf-8")
