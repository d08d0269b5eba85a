"""The planted app is none of the suite's own modules: it is run where a test has put it."""

from __future__ import annotations

collect_ignore_glob = ["planted_*.py"]
