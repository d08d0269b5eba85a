import pytest

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading.multipart import Part, parts

KIND = {"content-type": 'multipart/form-data; boundary="b 1"'}


def form(*pieces, end=b"--"):
    return b"".join(b"--b 1\r\n" + piece + b"\r\n" for piece in pieces) + b"--b 1" + end + b"\r\n"


PURPOSE = b'Content-Disposition: form-data; name="purpose"\r\n\r\nbatch'
FILE = b'content-disposition: form-data; name=file; filename="a b.jsonl"\r\nX: y\r\n\r\n'


@pytest.mark.parametrize(
    "data", [b"", b"{}\n", b"\r\n\r\n", b"{}\r\n{}\r\n", b"\n--b 1x\r\n\xff\x00", b"x--b 1--"]
)
def test_parts(data):
    """A file arrives byte for byte."""
    assert parts(form(PURPOSE, FILE + data), KIND) == {
        "purpose": Part(b"batch"),
        "file": Part(data, "a b.jsonl"),
    }


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b'filename="x.jsonl"', "x.jsonl"),
        ('filename="grün 你.jsonl"'.encode(), "grün 你.jsonl"),
        (b"filename*=UTF-8''gr%C3%BCn", "grün"),
        (b'filename="a\xff"', "a\N{REPLACEMENT CHARACTER}"),
        (b'filename=""', ""),
        (b"x=y", None),
    ],
)
def test_names_of_files(written, name):
    """The name of a file is in UTF-8, as clients write it."""
    piece = b'content-disposition: form-data; name="file"; ' + written + b"\r\n\r\n"
    assert parts(form(piece), KIND) == {"file": Part(b"", name)}


def test_preamble_and_epilogue():
    """What stands around the form does not belong to it."""
    assert parts(b"hello\r\n" + form(PURPOSE) + b"bye", KIND) == {"purpose": Part(b"batch")}
    assert parts(form(), KIND) == {}


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (form(PURPOSE), "application/json", "Unsupported content type 'application/json'"),
        (form(PURPOSE), "", "Unsupported content type ''"),
        (form(PURPOSE), "multipart/form-data", "has no boundary"),
        (form(PURPOSE), "multipart/form-data; boundary=c", "not a complete form"),
        (form(PURPOSE, end=b""), 'multipart/form-data; boundary="b 1"', "not a complete form"),
        (b"", 'multipart/form-data; boundary="b 1"', "not a complete form"),
        (form(PURPOSE), "multipart/form-data; boundary*=idna''%ff", "cannot be decoded"),
        (form(FILE.replace(b'="', b"*=idna''%ff\"")), KIND["content-type"], "cannot be decoded"),
        (form(FILE.replace(b'="', b"*=\0''")), KIND["content-type"], "cannot be decoded"),
    ],
)
def test_refused(body, kind, said):
    """Another type, and a form that does not end, are refused."""
    with pytest.raises(RefusalError) as refused:
        parts(body, {"content-type": kind})
    assert refused.value.problem == "wrong_api_format"
    assert said in refused.value.facts["reason"]


@pytest.mark.parametrize(("count", "refused"), [(100, False), (101, True), (200_000, True)])
def test_most_parts(count, refused):
    """A form has no more parts than anybody needs."""
    sent = form(*[PURPOSE] * count)
    if not refused:
        assert parts(sent, KIND) == {"purpose": Part(b"batch")}
        return
    with pytest.raises(RefusalError) as caught:
        parts(sent, KIND)
    assert "more than 100 parts" in caught.value.facts["reason"]


@pytest.mark.parametrize("sent", [b"a: b\r\n" * 2_000, b"x" * 9_000, b'; name="a"' * 1_000])
def test_longest_head(sent):
    """Nor is the head of a part longer."""
    with pytest.raises(RefusalError) as caught:
        parts(form(PURPOSE, sent + b"\r\n\r\n"), KIND)
    assert "more than 8192 bytes" in caught.value.facts["reason"]
