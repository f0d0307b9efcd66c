"""Names of people: when two spellings count as one name, and whether a spelling is whole.

The name as received is what is stored and shown; the canonical form is only for comparing. It
forgets everything that feeds get wrong or write in two ways: width, the separator of names in
minority languages (U+00B7 and its many stand-ins, or none), spaces and invisible characters, radicals in
a character's place, case, traditional characters, and surnames written with a simpler homograph.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hub.core.hanzi import COMPARED, RECEIVED

_FORMS: Final = str.maketrans(RECEIVED, COMPARED)

# Separators in all their guises, spaces, invisible characters, variation selectors.
_DROPPED: Final = re.compile(
    "[\\s·\u0387\u1427\u16eb\u2022\u2024\u2027\u2219\u22c5\u25cf\u26ab\u2981"
    "\u2e31\u3002\u30fb\ua78f\uff0e\uff65.,、'’‘`´_\\-\u2010-\u2015"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)

# What stands where a character was lost: by GBK, by UTF-8, by a font, by masking, by a private code.
_LOST: Final = re.compile(
    "[?\uff1f*\uff0a\ufffd\u25a1\u25a0\u25af\u25fb\u3013\x00-\x08\x0e-\x1f\x7f-\x9f"
    "\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]"
)


def _plain_class() -> str:
    """Return, as ranges for a pattern, the common Chinese characters that are their own compare form."""
    ranges, start = [], 0x4E00
    for point in (*sorted(p for p in _FORMS if 0x4E00 <= p < 0xA000), 0xA000):
        if point > start:
            ranges.append(f"{chr(start)}-{chr(point - 1)}")
        start = point + 1
    return "".join(ranges)


# The hot path: nine names of ten are plain simplified Chinese and are returned as they are (0.3 us
# instead of 2).
_is_plain: Final = re.compile(f"[{_plain_class()}]+").fullmatch

_COMPOUND_SURNAMES: Final = frozenset(
    (  # noqa: SIM905 - a list of 43 literals says less
        "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 "
        "宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 令狐 百里 "
        "呼延 东郭 南门 羊舌 微生 梁丘 左丘 西门 第五"
    ).split()
)


def canonical(name: str) -> str:
    """Return the compare form of ``name``; "" when nothing of it is left. Idempotent."""
    if _is_plain(name):
        return name
    text = unicodedata.normalize("NFKC", name)
    text = _DROPPED.sub("", text.upper()).translate(_FORMS)
    # What was dropped may have stood between a letter and its accent.
    return unicodedata.normalize("NFKC", text)


def is_lossy(name: str) -> bool:
    """Return whether a character was lost on the way: then the name must not be compared."""
    return _LOST.search(name) is not None


def masked(name: str) -> str:
    """Return the surname (or first letter) and one asterisk, however long the rest is: ``王*``."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    surname = text[:2] if canonical(text[:2]) in _COMPOUND_SURNAMES and len(text) > 2 else text[:1]
    return surname + "*"
