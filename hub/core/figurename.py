"""What figures, labels, levels and units are called in Chinese and English; others are told as they are."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ("LABELS", "LEVELS", "NAMES", "NOTES", "UNITS", "Name", "label_text", "name_of", "note_text")


class Name(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str


NAMES: Final[dict[str, Name]] = {
    "T1": Name("成年会员占常住人口比例", "adult members, share of residents"),
    "T2": Name("成年会员人数", "adult members"),
    "T3": Name("村（社区）组织覆盖率", "villages and communities with an organisation"),
    "T3.organised": Name("已建组织的村（社区）数", "villages and communities with an organisation, number"),
    "T3.villages": Name("村（社区）总数", "villages and communities"),
    "T4": Name("村（社区）覆盖率较基期提高", "growth of T3 since the baseline"),
    "T5.township_rate": Name("乡镇（街道）组织覆盖率", "townships with an organisation"),
    "T5.townships_organised": Name("已建组织的乡镇（街道）数", "townships with an organisation, number"),
    "T5.townships": Name("乡镇（街道）总数", "townships"),
    "T5.schools": Name("学校红十字组织数", "organisations at schools"),
    "T5.school_rate": Name("学校组织覆盖率", "schools with an organisation"),
    "T6": Name("其他基层组织数", "other organisations by class"),
    "T7": Name("年度分解目标", "milestones of the years"),
    "T8.qualified": Name("符合条件人数", "people with a ground"),
    "T8.matched": Name("已识别人数", "people known"),
    "T8.invited": Name("已邀请", "invited"),
    "T8.delivered": Name("已送达", "invitations delivered"),
    "T8.accepted": Name("已接受", "invitations accepted"),
    "T8.applied": Name("已申请", "applied"),
    "T8.admitted": Name("已入会", "admitted after an invitation"),
    "T8.declined": Name("谢绝", "invitations declined"),
    "T8.expired": Name("已过期", "invitations expired"),
    "T8.withdrawn": Name("已撤回", "invitations withdrawn"),
    "T8.median_days": Name("环节用时中位数", "median days of a step"),
    "T8.in_time": Name("按时邀请比例", "invited in time"),
    "T9": Name("理事人选入会率", "candidates for a council who are members"),
    "T9.candidates": Name("理事人选人数", "candidates for a council"),
    "T9.members": Name("已入会的理事人选", "candidates for a council who are members, number"),
    "T10": Name("优先发展对象邀请率", "reach among those to invite first"),
    "T11": Name("薄弱县（市、区）", "weak counties"),
    "T12": Name("会员净增", "net change of members"),
    "T13.rejected": Name("被拒收比例", "share of events rejected"),
    "T13.parked": Name("待定比例", "share of events parked"),
    "T13.held": Name("暂缓邀请人数", "people held back"),
    "T13.review_backlog": Name("待人工核实人数", "people under review"),
    "T13.oldest_days": Name("最久未处理天数", "age of the oldest open item"),
    "T13.match_precision": Name("身份匹配准确率（抽样）", "precision of matching, sampled"),
    "source.silent_days": Name("来源静默天数", "days since the newest event of a source"),
    "organisations": Name("基层组织数", "active organisations"),
    "population": Name("常住人口", "residents"),
    "persons": Name("在库人数", "people known"),
    "groups": Name("捐赠单位数", "organisations that gave"),
    "certificates_valid": Name("有效证书数", "valid certificates"),
    "qualified": Name("符合规则人数", "people a rule is about"),
    "held": Name("暂缓邀请人数", "people held back, by reason"),
    "invitations_open": Name("有效邀请数", "open invitations"),
    "invitations_orphaned": Name("失主邀请数", "orphaned invitations"),
    "members": Name("会员人数", "members"),
    "members_moved": Name("会员变动", "changes of membership"),
    "members_admitted": Name("新入会人数", "admissions by channel"),
    "tasks_open": Name("待办事项数", "open tasks"),
    "priority_reach": Name("优先发展对象", "people to invite first"),
    "under_review": Name("待人工核实人数", "people under review"),
    "candidates": Name("理事人选", "candidates for councils"),
    "flow.invitations": Name("邀请变化", "changes of invitations"),
    "flow.invitations_by_rule": Name("按规则的邀请变化", "changes of invitations by rule"),
    "flow.days": Name("环节用时", "days of a step"),
    "flow.tasks": Name("办理事项变化", "changes of tasks"),
    "flow.received": Name("收到事件数", "events received"),
    "flow.rejected": Name("拒收事件数", "events rejected"),
    "flow.parked": Name("待定事件数", "events parked"),
}
"""The figures of ``hub.statistics``."""

LEVELS: Final[dict[str, Name]] = {
    "province": Name("省", "province"),
    "city": Name("市", "city"),
    "county": Name("县（市、区）", "county"),
    "township": Name("乡镇（街道）", "township"),
    "village": Name("村（社区）", "village"),
    "council": Name("理事会", "council"),
    "source": Name("来源", "source"),
    "none": Name("", ""),
}

UNITS: Final[dict[str, Name]] = {
    "persons": Name("人", "persons"),
    "organisations": Name("个", "organisations"),
    "events": Name("件", "events"),
    "share": Name("", ""),
    "points": Name("个百分点", "points"),
    "days": Name("天", "days"),
    "seconds": Name("秒", "s"),
    "none": Name("", ""),
}

LABELS: Final[dict[str, Name]] = {
    "kind=adult": Name("成人", "adult"),
    "kind=youth": Name("青少年", "youth"),
    "kind=group": Name("团体", "group"),
    "kind=honorary": Name("荣誉", "honorary"),
    "kind=first_aider": Name("救护员", "first aider"),
    "kind=cpr_aed": Name("心肺复苏", "CPR and AED"),
    "kind=trainer": Name("师资", "trainer"),
    "move=admitted": Name("入会", "admitted"),
    "move=transferred_in": Name("转入", "transferred in"),
    "move=transferred_out": Name("转出", "transferred out"),
    "move=lapsed": Name("自动退会", "lapsed"),
    "move=resigned": Name("退会", "resigned"),
    "move=expelled": Name("除名", "expelled"),
    "move=deceased": Name("去世", "deceased"),
    "ground=first_aider": Name("救护员", "first aiders"),
    "ground=backbone": Name("骨干救援队员", "backbone rescuers"),
    "class=village": Name("村", "village"),
    "class=community": Name("社区", "community"),
    "class=township": Name("乡镇（街道）", "township"),
    "class=school": Name("学校", "school"),
    "class=enterprise": Name("企业", "enterprise"),
    "class=society": Name("县级以上红十字会", "society"),
    "class=institution": Name("事业单位", "institution"),
    "class=medical": Name("医疗机构", "medical"),
    "class=government": Name("机关", "government"),
    "class=other": Name("其他", "other"),
    "of=T1": Name("成年会员占比", "T1"),
    "of=T2": Name("成年会员人数", "T2"),
    "of=T3": Name("村（社区）覆盖率", "T3"),
    "of=T4": Name("覆盖率提高", "T4"),
}
"""Labels that have words of their own; others are told as they are."""


NOTES: Final[dict[str, str]] = {
    "population unknown": "人口未知",
    "baseline unknown": "基期未知",
    "number of schools unknown": "学校总数未知",
    "nobody": "无人",
    "nothing received": "未收到数据",
    "no sample": "未抽样",
    "not counted at the source": "来源未计数",
    "over": "已结束",
    "ahead": "未开始",
    "silent": "静默",
    "silent: never heard of": "从未收到数据",
    "suppressed": "隐匿",
}
"""Chinese words for notes; others are told as they are."""


def note_text(note: str | None) -> str:
    """Return a note in both languages, empty for none.

    >>> note_text("nobody"), note_text("weak: T1")
    ('无人 nobody', '薄弱 weak: T1')
    >>> note_text("more than 365")
    '超过 more than 365'
    """
    if not note:
        return ""
    for begins, zh in (("weak", "薄弱"), ("more than ", "超过")):
        if note.startswith(begins):
            return f"{zh} {note}"
    return f"{NOTES[note]} {note}" if note in NOTES else note


def name_of(figure: str) -> Name:
    """Return what a figure is called.

    >>> name_of("T2").zh
    '成年会员人数'
    """
    return NAMES.get(figure, Name(figure, figure))


def label_text(labels: str, language: str = "zh") -> str:
    """Return labels in words.

    >>> label_text("kind=adult|priority=1")
    '成人 priority=1'
    """
    parts = labels.split("|") if labels else []
    return " ".join(getattr(LABELS.get(part, Name(part, part)), language) for part in parts)
