"""Names: one name in many spellings (DOMAIN §7, 13 to 15)."""

from __future__ import annotations

import pytest

from hub.core import hanzi, name


@pytest.mark.parametrize(
    ("received", "canonical"),
    [
        pytest.param("王小明", "王小明", id="plain"),
        pytest.param("阿依古丽·买买提", "阿依古丽买买提", id="case-13-middle-dot"),
        pytest.param("阿依古丽•买买提", "阿依古丽买买提", id="case-13-bullet"),
        pytest.param("阿依古丽・买买提", "阿依古丽买买提", id="case-13-katakana-dot"),
        pytest.param("阿依古丽･买买提", "阿依古丽买买提", id="case-13-half-width-dot"),
        pytest.param("阿依古丽‧买买提", "阿依古丽买买提", id="case-13-hyphenation-point"),
        pytest.param("阿依古丽⋅买买提", "阿依古丽买买提", id="case-13-dot-operator"),
        pytest.param("阿依古丽∙买买提", "阿依古丽买买提", id="case-13-bullet-operator"),
        pytest.param("阿依古丽.买买提", "阿依古丽买买提", id="case-13-full-stop"),
        pytest.param("阿依古丽．买买提", "阿依古丽买买提", id="case-13-full-width-stop"),
        pytest.param("阿依古丽。买买提", "阿依古丽买买提", id="case-13-chinese-full-stop"),
        pytest.param("阿依古丽｡买买提", "阿依古丽买买提", id="case-13-half-width-full-stop"),
        pytest.param("阿依古丽●买买提", "阿依古丽买买提", id="case-13-black-circle"),
        pytest.param("阿依古丽⦁买买提", "阿依古丽买买提", id="case-13-z-bullet"),
        pytest.param("阿依古丽 买买提", "阿依古丽买买提", id="case-13-blank"),
        pytest.param("阿依古丽买买提", "阿依古丽买买提", id="case-13-none"),
        pytest.param("鍾偉", "钟伟", id="case-15-traditional"),
        pytest.param("锺伟", "钟伟", id="case-15-half-simplified"),
        pytest.param("钟伟", "钟伟", id="case-15-simplified"),
        pytest.param("蕭芳", "肖芳", id="variant-xiao-traditional"),
        pytest.param("萧芳", "肖芳", id="variant-xiao"),
        pytest.param("傅强", "付强", id="variant-fu"),
        pytest.param("閻军", "闫军", id="variant-yan-traditional"),
        pytest.param("阎军", "闫军", id="variant-yan"),
        pytest.param("邱月", "丘月", id="variant-qiu"),
        pytest.param("於红", "于红", id="variant-yu"),
        pytest.param("戴玲", "代玲", id="variant-dai"),
        pytest.param("⻓孙⽅", "长孙方", id="radicals"),
        pytest.param("王 小\u3000明", "王小明", id="blanks"),
        pytest.param("王\u200b小\ufeff明", "王小明", id="zero-width"),
        pytest.param("葛\U000e0100明", "葛明", id="variation-selector"),
        pytest.param("Ｊｏｈｎ Smith", "JOHNSMITH", id="latin"),
        pytest.param("Anne-Marie O'Neil", "ANNEMARIEONEIL", id="hyphen-and-apostrophe"),
        pytest.param("王䶮", "王䶮", id="rare-character"),
        pytest.param("", "", id="empty"),
        pytest.param(" \u3000·", "", id="nothing-left"),
    ],
)
def test_spellings_of_one_name_have_one_form(received: str, canonical: str) -> None:
    """The compare form forgets width, dots, blanks, radicals, tradition and variant surnames."""
    assert name.canonical(received) == canonical


@pytest.mark.parametrize(
    ("one", "other"), [("王晓明", "王小明"), ("李未", "李末"), ("王小明", "王小"), ("陈喆", "陈哲")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    """Homophones and look-alikes are two names."""
    assert name.canonical(one) != name.canonical(other)


@pytest.mark.parametrize(
    ("text", "lossy"),
    [
        pytest.param("王?", True, id="case-14-question-mark"),
        pytest.param("王？", True, id="case-14-full-width-question-mark"),
        pytest.param("王\ufffd", True, id="replacement-character"),
        pytest.param("王\ue863", True, id="private-use"),
        pytest.param("王\U000f0001", True, id="private-use-plane"),
        pytest.param("王□", True, id="empty-box"),
        pytest.param("王〓", True, id="geta-mark"),
        pytest.param("王*", True, id="masked"),
        pytest.param("王\x00", True, id="control"),
        pytest.param("王䶮", False, id="rare-character"),
        pytest.param("王𬭚", False, id="rare-character-of-plane-2"),
        pytest.param("阿依古丽·买买提", False, id="dot"),
        pytest.param("John Smith", False, id="latin"),
    ],
)
def test_a_lost_character_is_noticed(text: str, *, lossy: bool) -> None:
    """A name with a sign in a character's place must not be compared."""
    assert name.is_lossy(text) is lossy


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("王小明", "王*"),
        ("李强", "李*"),
        ("欧阳修文", "欧阳*"),
        ("歐陽修文", "歐陽*"),
        ("欧阳", "欧*"),
        ("John Smith", "J*"),
        ("阿依古丽·买买提", "阿*"),
        ("", "*"),
    ],
)
def test_a_masked_name_shows_the_surname_only(text: str, masked: str) -> None:
    """One asterisk, however long the name is."""
    assert name.masked(text) == masked


def test_the_character_table_has_one_form_for_each_and_no_chains() -> None:
    """The checked-in table maps each character once, never to itself, never to one that is mapped again."""
    received, compared = hanzi.RECEIVED, hanzi.COMPARED
    assert len(received) == len(compared) == len(set(received)) > 4000
    assert not set(received) & set(compared)
