"""Lets the tests import the app's modules by name, and makes the app's sleeps take no time."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("CEREBRAS_MOCK_CLOCK", "virtual")
