"""Names, over all texts."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hub.core import hanzi, name

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
texts = st.text(
    st.one_of(han, st.sampled_from(hanzi.RECEIVED), st.characters(exclude_categories=["Cs"])), max_size=12
)


@given(texts)
def test_the_canonical_form_is_its_own(text: str) -> None:
    """Comparing compare forms changes nothing."""
    form = name.canonical(text)
    assert name.canonical(form) == form


@given(st.text(han, min_size=1, max_size=6), st.sampled_from(["·", "•", "・", " ", "\u3000", "\u200b", "."]))
def test_separators_and_their_places_do_not_matter(text: str, separator: str) -> None:
    """A name is the same with any separator between any characters."""
    assert name.canonical(separator.join(text)) == name.canonical(text)


@given(texts)
def test_width_does_not_matter(text: str) -> None:
    """A text and its NFKC form are one name."""
    assert name.canonical(unicodedata.normalize("NFKC", text)) == name.canonical(text)


@given(texts)
def test_a_masked_name_shows_two_characters_at_most(text: str) -> None:
    """Whatever the name, at most a compound surname and one asterisk are left."""
    masked = name.masked(text)
    assert masked.endswith("*")
    assert len(masked) <= 3
