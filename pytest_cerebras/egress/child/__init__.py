"""The folder that the ``PYTHONPATH`` of child processes begins with."""
