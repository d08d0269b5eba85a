"""The cells of a notebook."""

from __future__ import annotations

import json

from mockserver.doctor.notebooks import cells


def test_cells():
    """Only code counts; magic commands are blank, and lines keep their numbers."""
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["import x"]},
            {"cell_type": "code", "source": ["%pip install x\n", "import x\n"]},
            {"cell_type": "code", "source": "!ls\nimport y"},
            {"cell_type": "code", "source": "%%bash\nls"},
            "odd",
        ]
    }
    assert list(cells(json.dumps(notebook), "a.ipynb")) == [
        ("a.ipynb:cell 2", "\nimport x\n"),
        ("a.ipynb:cell 3", "\nimport y"),
    ]


def test_no_notebook():
    for text in ("", "[]", "{", '{"cells": 3}'):
        assert list(cells(text, "a.ipynb")) == []
