"""The computed fact kind ``subject``: what matching derives of a person before the rules are tried.

Every person has exactly one ``subject`` entry. It is built by :mod:`hub.core.person` from the other
facts, the tables and the day, and is never stored or asserted by an event: so its fields carry a
merge only because the catalogue's type asks for one. It exists so that rules, path and guards can
say ``subject.age`` or ``subject.consent`` in one leaf instead of repeating the law in every rule.
"""

from __future__ import annotations

from typing import Final

from hub.core.fact import CATALOGUE, FactKind, Field, FieldType, Merge

_T, _D, _N, _F = FieldType.TEXT, FieldType.DAY, FieldType.NUMBER, FieldType.FLAG
_LAST: Final = Merge.LAST

SUBJECT: Final = FactKind(
    "subject",
    "computed: one per person",
    "p",
    "what the hub derives of the person",
    "对当事人的推算结果",
    (
        Field(
            "age",
            _N,
            _LAST,
            "completed years; absent when the birth date is unknown",
            "周岁；出生日期未知时缺",
        ),
        Field("student", _F, _LAST, "in school; unknown counts as no", "是否在校学生；未知视为否"),
        Field(
            "citizen",
            _F,
            _LAST,
            "false only when known not to be a citizen",
            "是否中国公民；仅明确不是时为否",
        ),
        Field("deceased", _F, _LAST, "a date of death is known", "是否已知去世"),
        Field("erasure", _F, _LAST, "the person asked for erasure", "是否请求删除个人信息"),
        Field(
            "superseded", _F, _LAST, "this document was corrected to another one", "证件是否已更正为另一证件"
        ),
        Field("never", _F, _LAST, "said never to be asked again", "是否表示永不再邀"),
        Field("member", _F, _LAST, "the registry says: a member", "是否已是会员"),
        Field("applied", _F, _LAST, "an application is submitted and undecided", "是否已提交入会申请"),
        Field(
            "review", _T, _LAST, "why a human must look first; empty = nothing", "待人工核实的原因；空为无"
        ),
        Field("consent", _T, _LAST, "state of the consent to be invited", "接受入会邀请的同意的状态"),
        Field(
            "guardian_missing", _F, _LAST, "under 18 and no guardian consented", "未满18周岁且监护人未同意"
        ),
        Field("region_known", _F, _LAST, "an organisation was found for the person", "是否已找到归口组织"),
        Field("declined_on", _D, _LAST, "last declined", "最近一次谢绝日期"),
        Field("membership_ended_on", _D, _LAST, "lapsed, resigned or expelled on", "会籍终止日期"),
        Field("group", _F, _LAST, "an organisation, not a person", "是否为单位而非个人"),
        Field(
            "stale_grounds",
            _F,
            _LAST,
            "a membership ended, and nothing the person did is dated after its end",
            "会籍终止后尚无新的依据",
        ),
        Field(
            "moved",
            _F,
            _LAST,
            "a member who belongs to another county now, or whose organisation is no more",
            "会员现应归口其他县，或所属组织已撤销",
        ),
    ),
)
"""The computed kind. Its fields are what :mod:`hub.core.person` fills in."""

READABLE: Final[tuple[FactKind, ...]] = (*CATALOGUE, SUBJECT)
"""Every kind a rule may read: the catalogue and the computed one."""

READABLE_BY_NAME: Final[dict[str, FactKind]] = {kind.name: kind for kind in READABLE}
