"""The values a text field can hold, where they are known, and how they read in Chinese and English.

A rule that asks for ``first_aidr`` would be valid and never fire; so the checker compares against
this list. A field that is not here may hold anything.
"""

from __future__ import annotations

from typing import Final

_MEMBER_KINDS: Final = {"adult": ("成人会员", "adult member"), "youth": ("青少年会员", "youth member")}

VALUES: Final[dict[tuple[str, str], dict[str, tuple[str, str]]]] = {
    ("party", "sex"): {"m": ("男", "male"), "f": ("女", "female")},
    ("certificate", "kind"): {
        "first_aider": ("救护员证", "first-aider certificate"),
        "cpr_aed": ("心肺复苏（AED）证", "CPR and AED certificate"),
        "trainer": ("师资证", "trainer certificate"),
    },
    ("rescue_member", "grade"): {
        "trainee": ("见习队员", "trainee"),
        "regular": ("正式队员", "regular member"),
        "backbone": ("骨干队员", "backbone member"),
    },
    ("rescue_member", "status"): {"active": ("在队", "active"), "left": ("已离队", "left")},
    ("volunteer", "level"): {"recorded": ("登记", "recorded"), "registered": ("注册", "registered")},
    ("volunteer", "status"): {"active": ("在队", "active"), "left": ("已退出", "left")},
    ("candidacy", "status"): {"nominated": ("已提名", "nominated"), "withdrawn": ("已撤回", "withdrawn")},
    ("project", "role"): {"helper": ("帮扶者", "helper")},
    ("blood_donation", "kind"): {"whole": ("全血", "whole blood"), "platelet": ("血小板", "platelets")},
    ("organ_intent", "status"): {"registered": ("已登记", "registered"), "revoked": ("已撤销", "revoked")},
    ("consent", "status"): {"granted": ("已同意", "granted"), "withdrawn": ("已撤回", "withdrawn")},
    ("membership", "status"): {
        "member": ("会员", "member"),
        "lapsed": ("自动退会", "lapsed"),
        "resigned": ("已退会", "resigned"),
        "expelled": ("已除名", "expelled"),
    },
    ("membership", "kind"): _MEMBER_KINDS,
    ("application", "status"): {
        "submitted": ("已提交", "submitted"),
        "declined": ("未获批准", "declined"),
        "admitted": ("已入会", "admitted"),
    },
    ("response", "answer"): {
        "accepted": ("愿意", "accepted"),
        "declined": ("谢绝", "declined"),
        "never": ("永不再邀", "never"),
        "unreachable": ("联系不上", "unreachable"),
    },
    ("subject", "consent"): {
        "valid": ("有效", "valid"),
        "missing": ("没有同意", "missing"),
        "withdrawn": ("已撤回", "withdrawn"),
        "expired": ("已过期", "expired"),
        "not_yet": ("尚未生效", "not yet granted"),
        "outdated": ("所依据的告知书版本过旧", "given on an outdated notice"),
        "data_class": ("未涵盖所需数据类别", "does not cover the data class"),
        "recipient": ("未指明该组织为接收方", "does not name the organisation"),
    },
}
"""(fact, field) → value → (zh, en)."""


def values_of(fact: str, field: str) -> tuple[str, ...]:
    """Return the values the field can hold, or nothing when it may hold anything."""
    return tuple(VALUES.get((fact, field), ()))


def wording(fact: str, field: str, value: object, language: str) -> str:
    """Return how a value reads in ``zh`` or ``en``; the value itself where nothing better is known."""
    if isinstance(value, bool):
        return {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}[
            language, value
        ]
    if isinstance(value, list | tuple | set | frozenset):
        return ("、" if language == "zh" else ", ").join(wording(fact, field, v, language) for v in value)
    pair = VALUES.get((fact, field), {}).get(str(value))
    return str(value) if pair is None else pair[0 if language == "zh" else 1]
