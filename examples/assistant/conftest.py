"""Lets the tests import the app's modules by their names, as Python does when it runs the app."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
