"""Makes ``python -m mockserver`` the same command as ``cerebras-mock``."""

from .cli import main

main()
