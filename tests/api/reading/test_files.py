import gzip

import pytest

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading.files import File, Upload, deleted, new_id, read_upload
from mockserver.core.seeding import HexStream

KIND = {"content-type": "multipart/form-data; boundary=b"}
UPLOAD = Upload("a.jsonl", "batch", b"{}\n")


def form(**fields):
    pieces = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{data}\r\n'
        for name, (more, data) in fields.items()
    ]
    return ("".join(pieces) + "--b--").encode()


FILE, PURPOSE = ('; filename="a.jsonl"', "{}\n"), ("", "batch")
NO_FILE, NO_PURPOSE = "file: Field required", "purpose: Field required"


def test_upload():
    """A form with a file and its purpose is an upload, compressed or not; more is ignored."""
    body = form(file=FILE, purpose=PURPOSE, more=("", "x"))
    assert read_upload(body, KIND) == UPLOAD
    assert read_upload(gzip.compress(body, mtime=0), KIND | {"content-encoding": "gzip"}) == UPLOAD
    assert read_upload(form(file=("", "{}\n"), purpose=PURPOSE), KIND).filename == "upload"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, f"{NO_FILE}\n{NO_PURPOSE}"),
        ({"file": FILE}, NO_PURPOSE),
        ({"purpose": PURPOSE}, NO_FILE),
        ({"file": FILE, "purpose": ("", "fine-tune")}, "purpose: Input should be 'batch'"),
    ],
)
def test_refused(fields, said):
    """What is missing or wrong is named, a line for each."""
    with pytest.raises(RefusalError) as refused:
        read_upload(form(more=("", "x"), **fields), KIND)
    assert refused.value.facts == {"reason": said}


def test_documents():
    """A file's object is that of the OpenAI API; the journal shows what was uploaded."""
    file = File("file-1", 5.9, UPLOAD)
    assert file.document() == {
        "id": "file-1",
        "object": "file",
        "bytes": 3,
        "created_at": 5,
        "filename": "a.jsonl",
        "purpose": "batch",
        "status": "processed",
    }
    assert deleted(file) == {"id": "file-1", "object": "file", "deleted": True}
    assert UPLOAD.shown() == {"purpose": "batch", "filename": "a.jsonl", "file": "{}\n"}
    assert new_id(HexStream("1")) == new_id(HexStream("1")) != new_id(HexStream("2"))
