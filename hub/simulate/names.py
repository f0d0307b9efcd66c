"""Made-up names: common ones, rare characters, names with the separating dot."""

from __future__ import annotations

from random import Random
from typing import Final

__all__ = ("DOT", "TRADITIONAL", "draw", "traditional")

DOT: Final = "\u00b7"
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许沈曾彭吕苏卢蒋蔡贾丁魏薛潘杜戴"
    "钟汪田任姜范方石姚谭盛邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹易常武乔贺赖龚文"
)
_COMPOUND: Final = ("欧阳", "司马", "诸葛", "上官", "夏侯")
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍鹏红文辉力梅建国志海燕波宁福生龙元全胜学祥才发"
    "武新利清飞彬富顺信子杰冰诗涵宇轩雨泽浩然梓萱一诺思远嘉怡晨曦可欣若琳子墨婉清书瑶景行"
)
_RARE: Final = "\u4dae\U0002cb5a\u36c3\u3b9a\u6615\u7fc0\u5f67\u5a67\u73fa\u742a\u9f98\u9a89"
_MINORITY: Final = (
    ("阿依古丽", "买买提"), ("古丽娜尔", "艾合买提"), ("努尔兰", "哈山"), ("阿卜杜拉", "热合曼"),
    ("迪丽热巴", "吐尔逊"), ("扎西", "多吉"), ("热依汗", "阿不都"), ("叶尔江", "别克"),
)  # fmt: skip
TRADITIONAL: Final = {
    "张": "張", "刘": "劉", "陈": "陳", "杨": "楊", "赵": "趙", "吴": "吳", "孙": "孫",
    "马": "馬", "罗": "羅", "郑": "鄭", "谢": "謝", "韩": "韓", "冯": "馮", "邓": "鄧",
    "许": "許", "苏": "蘇", "卢": "盧", "蒋": "蔣", "贾": "賈", "陆": "陸", "顾": "顧",
    "龚": "龔", "钱": "錢", "伟": "偉", "丽": "麗", "强": "強", "军": "軍", "艳": "艷",
    "涛": "濤", "兰": "蘭", "鹏": "鵬", "红": "紅", "辉": "輝", "宁": "寧", "龙": "龍",
    "学": "學",
}  # fmt: skip
"""Simplified characters and their traditional forms, one to one."""


def draw(rng: Random) -> str:
    """Return one name: about 1 % rare characters, 1 % with a dot, 1 % with a compound surname."""
    kind = rng.random()
    if kind < 0.01:
        given, family = rng.choice(_MINORITY)
        return f"{given}{DOT}{family}"
    surname = rng.choice(_COMPOUND) if kind < 0.02 else rng.choice(_SURNAMES)
    if kind > 0.99:
        return surname + rng.choice(_RARE)
    return surname + "".join(rng.choices(_GIVEN, k=1 if rng.random() < 0.2 else 2))


def traditional(name: str) -> str:
    """Return the name with every character that has a traditional form replaced."""
    return "".join(TRADITIONAL.get(char, char) for char in name)
