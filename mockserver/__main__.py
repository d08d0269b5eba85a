"""``python -m mockserver`` is ``cerebras-mock``."""

from .cli import main

main()
