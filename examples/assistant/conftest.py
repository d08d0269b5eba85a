"""Lets the tests import the app's modules by their names, and the app sleep in no time."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("CEREBRAS_MOCK_CLOCK", "virtual")
