"""The catalogue of codes."""

from __future__ import annotations

from hub.core.codes import TEXTS, Code


def test_every_code_has_texts_in_both_languages() -> None:
    """No code without its meaning and its cure, in English and in Chinese."""
    assert set(TEXTS) == set(Code)
    for text in TEXTS.values():
        assert all(part.strip() for part in text)
        assert text.en.isascii()
        assert not text.zh.isascii()


def test_a_code_is_its_own_name() -> None:
    """What stands in a dead letter is what stands in the source."""
    assert all(code.value == code.name for code in Code)
