"""hub.packaged: files that ship inside the package."""

from __future__ import annotations

import pytest

from hub import packaged


def test_a_file_is_read_as_text_and_as_bytes() -> None:
    """Text is the bytes in UTF-8."""
    text = packaged.read_text("embedded/kafka.lock")
    assert packaged.read_bytes("embedded/kafka.lock") == text.encode()
    assert "kafka-clients" in text


def test_names_are_sorted_and_filtered() -> None:
    """A directory's files are listed by suffix, sorted, directories left out."""
    names = packaged.names("embedded", ".lock")
    assert names == ("kafka.lock",)
    assert list(packaged.names("embedded")) == sorted(packaged.names("embedded"))
    assert "embedded" not in packaged.names("")


def test_texts_map_names_to_content() -> None:
    """read_texts is names and read_text in one."""
    assert packaged.read_texts("embedded", ".lock") == {
        "kafka.lock": packaged.read_text("embedded/kafka.lock")
    }


def test_a_missing_file_is_an_error() -> None:
    """What the package does not have is a FileNotFoundError, not an empty text."""
    with pytest.raises(FileNotFoundError):
        packaged.read_text("embedded/nothing.txt")
