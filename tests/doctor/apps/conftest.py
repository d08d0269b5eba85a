"""The apps are read, and never run."""

collect_ignore_glob = ["*.py"]
