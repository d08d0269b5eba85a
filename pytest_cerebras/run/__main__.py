"""``python -m pytest_cerebras.run``: the command ``run`` on its own."""

from __future__ import annotations

from .command import run

if __name__ == "__main__":
    run(prog_name="cerebras-mock run")
