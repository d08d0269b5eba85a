"""The modules of the folder that is the first in the ``PYTHONPATH`` of child processes."""
