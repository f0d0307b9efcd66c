"""The fact catalogue: what the hub may know of a person, and how two pieces of knowledge merge.

A *fact* is an entry ``(kind, key)`` of one person, with named fields: the certificate with a given
number, the consent for a given purpose. An event *asserts* some fields of some entries. Every field
carries its own merge function, so a fact is a product of join-semilattices: merging is commutative,
associative and idempotent whatever arrives first, late, twice, or never (DESIGN §2).

Stamps decide between two values of a last-writer-wins field. A stamp is a total order packed into
25 bytes that compare as bytes: ``(occurred_at, restrictive wins, source sequence, content hash)``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Merge(StrEnum):
    """How two values of one field become one."""

    LAST = "last"  #: the value with the greater stamp
    FIRST_DAY = "first_day"  #: terminal: once set it stays; of two days, the earlier
    LAST_DAY = "last_day"  #: the later of two days
    MAXIMUM = "maximum"  #: the larger number: a running total
    UNION = "union"  #: the union of two sets of strings


class FieldType(StrEnum):
    """What a field holds. A *day* is an integer: days since 1970-01-01 in China's time zone."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "texts"


class Field(NamedTuple):
    """One field of a fact kind."""

    name: str
    type: FieldType
    merge: Merge
    doc_en: str
    doc_zh: str


class FactKind(NamedTuple):
    """One kind of fact: its fields, what its key is, and its data class (p personal, s sensitive)."""

    name: str
    key: str
    data_class: str
    doc_en: str
    doc_zh: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """Return the field called ``name``, or None."""
        return next((f for f in self.fields if f.name == name), None)


_T, _D, _N, _F, _S = FieldType.TEXT, FieldType.DAY, FieldType.NUMBER, FieldType.FLAG, FieldType.TEXTS
_LAST, _UNION = Merge.LAST, Merge.UNION
_FIRST_DAY, _LAST_DAY, _MAX = Merge.FIRST_DAY, Merge.LAST_DAY, Merge.MAXIMUM

CATALOGUE: Final[tuple[FactKind, ...]] = (
    FactKind(
        "party",
        "none: one per person",
        "p",
        "the person",
        "当事人",
        (
            Field(
                "name_forms",
                _S,
                _UNION,
                "keyed hashes of the canonical names received",
                "姓名规范形的密钥散列",
            ),
            Field(
                "names_accepted", _S, _UNION, "name forms that a correction has linked", "经更正确认的姓名"
            ),
            Field("birth_day", _D, _LAST, "date of birth", "出生日期"),
            Field("sex", _T, _LAST, "m or f", "性别"),
            Field(
                "citizen", _F, _LAST, "a citizen of the PRC (law art. 3), HK/MO/TW included", "是否中国公民"
            ),
            Field("student", _F, _LAST, "in school", "是否在校学生"),
            Field(
                "residence",
                _T,
                _LAST,
                "region code of residence, 6, 9 or 12 digits, current edition",
                "居住地区划代码",
            ),
            Field("host_unit", _T, _LAST, "USCC or organisation id of the work unit or school", "所在单位"),
            Field("conflicts", _S, _UNION, "codes of what a human must clear up", "待人工核实的问题代码"),
            Field("deceased_on", _D, _FIRST_DAY, "date of death", "死亡日期"),
            Field(
                "superseded_on",
                _D,
                _FIRST_DAY,
                "this document was corrected to another one",
                "证件已更正为另一证件之日",
            ),
            Field("erasure_on", _D, _FIRST_DAY, "the person asked for erasure", "请求删除之日"),
            Field("group", _F, _LAST, "an organisation, not a person", "是否为单位而非个人"),
        ),
    ),
    FactKind(
        "course",
        "source, course and date",
        "p",
        "a completed course",
        "完成的培训",
        (
            Field("kind", _T, _LAST, "course kind", "培训类别"),
            Field("completed_on", _D, _LAST, "date of completion", "完成日期"),
            Field("hours", _N, _LAST, "hours taught", "学时"),
            Field("region", _T, _LAST, "region code of the trainer", "培训机构区划代码"),
        ),
    ),
    FactKind(
        "certificate",
        "blind index of the certificate number",
        "p",
        "a training certificate",
        "培训证书",
        (
            Field("kind", _T, _LAST, "first_aider, cpr_aed or trainer", "证书类别"),
            Field("issued_on", _D, _LAST, "date of issue", "发证日期"),
            Field("expires_on", _D, _LAST, "last day of validity", "有效期至"),
            Field("region", _T, _LAST, "region code of the issuer", "发证机构区划代码"),
            Field("revoked_on", _D, _FIRST_DAY, "date of revocation", "撤销日期"),
        ),
    ),
    FactKind(
        "rescue_member",
        "blind index of the member key",
        "p",
        "membership of a rescue team",
        "救援队员身份",
        (
            Field("team_id", _T, _LAST, "team", "队伍"),
            Field("team_kind", _T, _LAST, "one of the seven kinds of team", "队伍类别"),
            Field("role", _T, _LAST, "role in the team", "职务"),
            Field("joined_on", _D, _LAST, "joined", "入队日期"),
            Field("region", _T, _LAST, "region code of the team", "队伍所在区划代码"),
            Field("grade", _T, _LAST, "trainee, regular or backbone", "等级"),
            Field("status", _T, _LAST, "active or left", "在队状态"),
            Field("left_on", _D, _LAST, "left", "离队日期"),
        ),
    ),
    FactKind(
        "mission",
        "mission and member key",
        "p",
        "took part in a mission",
        "参加救援任务",
        (
            Field("hours", _N, _MAX, "hours served", "服务时长"),
            Field("until_on", _D, _LAST_DAY, "last day of the mission", "任务结束日期"),
        ),
    ),
    FactKind(
        "volunteer",
        "blind index of the volunteer key",
        "p",
        "registration as a volunteer",
        "志愿者身份",
        (
            Field("level", _T, _LAST, "recorded or registered", "登记或注册"),
            Field("team", _T, _LAST, "team", "队伍"),
            Field("registered_on", _D, _LAST, "recorded or registered on", "登记或注册日期"),
            Field("status", _T, _LAST, "active or left", "在队状态"),
            Field("left_on", _D, _LAST, "left", "退出日期"),
            Field("region", _T, _LAST, "region code of the team", "队伍所在区划代码"),
            Field("total_hours", _N, _MAX, "hours served in all", "累计服务时长"),
            Field("star", _N, _MAX, "stars, 0 to 5", "星级"),
            Field("active_on", _D, _LAST_DAY, "last day of service", "最近一次服务日期"),
        ),
    ),
    FactKind(
        "gift",
        "blind index of the donation number",
        "p",
        "money given; the amount never leaves intake",
        "个人捐款（金额不入枢纽）",
        (
            Field("donated_on", _D, _LAST, "given on", "捐款日期"),
            Field("region", _T, _LAST, "region code of the receiving society", "接收机构区划代码"),
            Field("project", _T, _LAST, "project it was given for", "捐赠项目"),
            Field("refunded_on", _D, _FIRST_DAY, "given back on", "退款日期"),
        ),
    ),
    FactKind(
        "org_gift",
        "blind index of the donation number",
        "p",
        "money given by an organisation",
        "单位捐款",
        (
            Field("donated_on", _D, _LAST, "given on", "捐款日期"),
            Field("region", _T, _LAST, "region code of the receiving society", "接收机构区划代码"),
            Field("project", _T, _LAST, "project it was given for", "捐赠项目"),
            Field("refunded_on", _D, _FIRST_DAY, "given back on", "退款日期"),
        ),
    ),
    FactKind(
        "candidacy",
        "council and term",
        "p",
        "nomination for a council",
        "理事人选提名",
        (
            Field("council_org", _T, _LAST, "organisation id of the council's society", "理事会所属组织"),
            Field("term", _T, _LAST, "term of the council", "届次"),
            Field("session_on", _D, _LAST, "day of the session that elects", "会议日期"),
            Field("nominated_on", _D, _LAST, "nominated on", "提名日期"),
            Field("status", _T, _LAST, "nominated or withdrawn", "提名状态"),
        ),
    ),
    FactKind(
        "project",
        "project",
        "p",
        "helps in an aid project; those who are aided are not kept",
        "参与救助项目（受助者不入枢纽）",
        (
            Field("role", _T, _LAST, "helper", "角色"),
            Field("enrolled_on", _D, _LAST, "enrolled on", "参与日期"),
            Field("region", _T, _LAST, "region code of the project", "项目所在区划代码"),
        ),
    ),
    FactKind(
        "consent",
        "purpose",
        "p",
        "consent under PIPL",
        "个人信息处理同意",
        (
            Field("status", _T, _LAST, "granted or withdrawn", "状态"),
            Field("recipients", _S, _LAST, "organisation ids or region prefixes it names", "接收方"),
            Field("data_classes", _S, _LAST, "data classes it covers (p, s)", "数据类别"),
            Field("notice_version", _T, _LAST, "version of the notice shown, sortable as text", "告知书版本"),
            Field("granted_on", _D, _LAST, "granted", "同意日期"),
            Field("withdrawn_on", _D, _LAST_DAY, "last withdrawn: ends older grants", "最近撤回日期"),
            Field("expires_on", _D, _LAST, "last day of validity; absent = none", "有效期至"),
            Field("guardian", _F, _LAST, "a guardian consented too", "监护人是否同意"),
        ),
    ),
    FactKind(
        "membership",
        "none: one per person",
        "p",
        "what the registry says of membership",
        "会籍",
        (
            Field("status", _T, _LAST, "member, lapsed, resigned or expelled", "会籍状态"),
            Field("kind", _T, _LAST, "adult or youth, as the registry says", "会员类别"),
            Field("organisation", _T, _LAST, "organisation id", "所属组织"),
            Field("since_on", _D, _LAST, "admitted on", "入会日期"),
            Field("ended_on", _D, _LAST, "lapsed, resigned or expelled on", "会籍终止日期"),
        ),
    ),
    FactKind(
        "membership_change",
        "card, what happened and the day; of a transfer the organisation joined too",
        "p",
        "one change of membership, for the figures of its month; membership itself is as of now",
        "一次会籍变动（供所属月份统计；当前会籍另记）",
        (
            Field("move", _T, _LAST, "admitted, transferred, lapsed, resigned or expelled", "变动"),
            Field("on", _D, _LAST, "date of it", "变动日期"),
            Field("from_organisation", _T, _LAST, "organisation id left by a transfer", "转出组织"),
            Field("to_organisation", _T, _LAST, "organisation id joined by a transfer", "转入组织"),
            Field(
                "channel",
                _T,
                _LAST,
                "of an admission: training, rescue, council, project, online, public_welfare, other, unknown",
                "入会渠道（凡涉及捐献者一律为公益 public_welfare）",
            ),
        ),
    ),
    FactKind(
        "card",
        "blind index of the card number",
        "p",
        "a membership card, known only so that an erasure finds the key the registry has for the person",
        "会员证（仅为删除个人信息时能找到登记系统的主键）",
        (Field("issued_on", _D, _LAST, "admitted on", "入会日期"),),
    ),
    FactKind(
        "application",
        "none: one per person",
        "p",
        "an application to join",
        "入会申请",
        (
            Field("status", _T, _LAST, "submitted, declined or admitted", "申请状态"),
            Field("on", _D, _LAST, "date of that status", "状态日期"),
        ),
    ),
    FactKind(
        "response",
        "none: one per person",
        "p",
        "the person's answer to an invitation",
        "对邀请的答复",
        (
            Field("answer", _T, _LAST, "accepted, declined, never or unreachable", "答复"),
            Field("on", _D, _LAST, "date of the answer", "答复日期"),
        ),
    ),
    FactKind(
        "delivery",
        "none: one per person",
        "p",
        "an invitation was delivered",
        "邀请已送达",
        (Field("on", _D, _LAST_DAY, "last delivered on", "最近一次送达日期"),),
    ),
    FactKind(
        "refusal",
        "none: one per person",
        "p",
        "a refusal that bars further asking",
        "拒绝",
        (
            Field(
                "declined_on",
                _D,
                _LAST_DAY,
                "last declined (by the person or the organisation)",
                "最近一次谢绝日期",
            ),
            Field("never_on", _D, _FIRST_DAY, "said never", "表示永不再邀之日"),
        ),
    ),
    FactKind(
        "ground",
        "none: one per person",
        "p",
        "a ground that is not named: what the stage that keeps class s facts says of the person",
        "不具名的依据：由敏感信息环节给出的结论",
        (
            Field("holds", _F, _LAST, "it holds", "是否成立"),
            Field("priority", _N, _LAST, "its best priority, 0 to 3", "最高优先级"),
            Field(
                "since_on",
                _D,
                _LAST,
                "first day of the month in which the newest of its grounds began to hold",
                "最新一项依据成立之月的首日",
            ),
            Field("until_on", _D, _LAST, "last day on which it holds; absent = open-ended", "成立的最后一日"),
            Field(
                "disclosed",
                _S,
                _LAST,
                "ids of the rules the person agreed to have named",
                "同意公开的规则编号",
            ),
            Field(
                "recipients",
                _S,
                _LAST,
                "to whom they agreed to have them named: organisations, or regions by their codes",
                "同意向其公开的组织，或以区划代码表示的地区",
            ),
        ),
    ),
    FactKind(
        "blood_donation",
        "kind, day and source",
        "s",
        "a qualified blood donation",
        "合格献血",
        (
            Field("kind", _T, _LAST, "whole or platelet", "全血或血小板"),
            Field("donated_on", _D, _LAST, "given on", "献血日期"),
            Field("count", _N, _MAX, "donations to date", "累计次数"),
        ),
    ),
    FactKind(
        "hsc_registration",
        "none: one per person",
        "s",
        "registered as a donor of stem cells",
        "造血干细胞捐献志愿者",
        (Field("registered_on", _D, _LAST, "registered on", "登记日期"),),
    ),
    FactKind(
        "hsc_donation",
        "month",
        "s",
        "gave stem cells; the month only, so that donor and patient cannot be linked",
        "造血干细胞捐献（仅到月份）",
        (Field("completed_on", _D, _LAST, "first day of the month", "捐献月份首日"),),
    ),
    FactKind(
        "organ_intent",
        "none: one per person",
        "s",
        "the wish to give organs after death",
        "器官捐献意愿",
        (
            Field("status", _T, _LAST, "registered or revoked", "登记或撤销"),
            Field("scope", _T, _LAST, "what the wish covers", "意愿范围"),
            Field("on", _D, _LAST, "date of that status", "状态日期"),
        ),
    ),
    FactKind(
        "organ_family",
        "opaque reference of the donor",
        "s",
        "a relative of somebody whose organs were given",
        "器官捐献者家属",
        (
            Field("relation", _T, _LAST, "relation to the donor", "与捐献者的关系"),
            Field("quiet_until_on", _D, _LAST_DAY, "last day of the quiet period", "静默期最后一日"),
            Field("released", _F, _LAST, "the coordinator released the contact", "协调员是否放行"),
            Field("coordinator", _T, _LAST, "coordinator", "协调员编号"),
        ),
    ),
)
"""Every fact kind, in the order of the reference page. Add one here and nowhere else."""

BY_NAME: Final[dict[str, FactKind]] = {kind.name: kind for kind in CATALOGUE}
