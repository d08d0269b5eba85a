"""The JSON Schemas, printed."""

from __future__ import annotations

import pytest

from mockserver.scenario import schemas


@pytest.mark.parametrize("kind", list(schemas.TYPES))
def test_schema(run, kind):
    """The schema of each kind of file is printed as it is shipped; scenarios are the usual ones."""
    result = run("schema", kind)
    assert (result.exit_code, result.output) == (0, schemas.text_of(kind))
    assert run("schema").output == schemas.text_of("scenario")
