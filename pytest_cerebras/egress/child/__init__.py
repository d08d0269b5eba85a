"""The folder that comes first in the ``PYTHONPATH`` of child processes."""
