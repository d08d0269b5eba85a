"""Trees of HTML."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

from pytest_cerebras.report.markup import add, add_name, box


def written(parent):
    return tostring(parent, encoding="unicode", method="html")


def test_text_stays_text():
    """Neither a text nor an attribute becomes markup, and what can't be shown is replaced."""
    parent = Element("p")
    add(parent, "b", "<i>&\x07", {"title": '"&'})
    assert written(parent) == '<p><b title="&quot;&amp;">&lt;i&gt;&amp;\ufffd</b></p>'


def test_names_can_be_broken():
    """A long name has its places to break it at, and stays what it was."""
    parent = Element("p")
    name = add_name(parent, "a", "test_a__b_", {"href": "#x"})
    assert "".join(name.itertext()) == "test_a__b_"
    assert written(parent) == '<p><a href="#x">test_<wbr>a_<wbr>_<wbr>b_<wbr></a></p>'
    assert written(add_name(parent, "i", "plain")) == "<i>plain</i>"


def test_box():
    """What scrolls can be reached by keys, and says what it is."""
    found = box(Element("p"), "Matrix")
    assert (found.get("tabindex"), found.get("aria-label")) == ("0", "Matrix")
