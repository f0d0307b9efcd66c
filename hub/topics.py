"""The topic catalogue: every topic the hub reads or writes, declared once.

This module only knows what the topics should be; :mod:`hub.provision` makes and checks them on a
broker. ``docs/reference/topics.md`` is generated from it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

__all__ = (
    "BROADCAST",
    "BY_NAME",
    "HOPS",
    "SENSITIVE",
    "STATE",
    "TOPICS",
    "UPSTREAM",
    "Cleanup",
    "Owner",
    "Topic",
    "state_topic",
    "system_of",
)

_DAY_MS: Final = 86_400_000
_WEEK_MS: Final = 7 * _DAY_MS
HORIZON: Final = -2
"""A retention that stands for the setting ``recovery_horizon_days``."""
FOREVER: Final = -1
MAX_RECORD_BYTES: Final = 2 << 20
"""What hub topics accept: twice Kafka's default, as a dead letter holds a whole sealed original."""


class Cleanup(StrEnum):
    """What Kafka does with old records."""

    DELETE = "delete"
    COMPACT = "compact"


class Owner(StrEnum):
    """Who answers for a topic: the hub checks every setting of its own, of others only what it needs."""

    HUB = "hub"
    UPSTREAM = "upstream"


class Topic(NamedTuple):
    """One topic. ``partitions`` None takes the setting; ``retention_ms`` may be HORIZON or FOREVER."""

    name: str
    key_doc: str
    partitions: int | None
    cleanup: Cleanup
    retention_ms: int
    config: tuple[tuple[str, str], ...]
    doc_en: str
    doc_zh: str
    owner: Owner = Owner.HUB


TRAINING: Final = "redcross.training.events"
RESCUE: Final = "redcross.rescue.events"
CONSENT: Final = "redcross.consent.events"
PARTY: Final = "redcross.party.events"
REGISTRY: Final = "redcross.registry.events"
DIRECTORY: Final = "redcross.directory.events"
VOLUNTEER: Final = "redcross.volunteer.events"
DONATION: Final = "redcross.donation.events"
COUNCIL: Final = "redcross.council.events"
PROJECT: Final = "redcross.project.events"
BLOOD: Final = "redcross.blood.events"
STEM_CELL: Final = "redcross.stem-cell.events"
ORGAN: Final = "redcross.organ.events"
UPSTREAM: Final = (
    TRAINING,
    RESCUE,
    CONSENT,
    PARTY,
    REGISTRY,
    DIRECTORY,
    VOLUNTEER,
    DONATION,
    COUNCIL,
    PROJECT,
    BLOOD,
    STEM_CELL,
    ORGAN,
)
SENSITIVE: Final = frozenset({BLOOD, STEM_CELL, ORGAN})
"""Upstream topics of which every event is of class s, whatever its fields are marked."""
FACTS: Final = "hub.facts"
FACTS_SENSITIVE: Final = "hub.facts.sensitive"
IDENTITY: Final = "hub.identity"
HOPS: Final = (IDENTITY, FACTS_SENSITIVE, FACTS)
"""What a stage reads from another one: with the upstream topics, all that has to be worked off."""
STATE_INTAKE: Final = "hub.state.intake"
STATE_IDENTITY: Final = "hub.state.identity"
STATE_SENSITIVE: Final = "hub.state.sensitive"
STATE_MATCHING: Final = "hub.state.matching"
STATE: Final = (STATE_INTAKE, STATE_IDENTITY, STATE_SENSITIVE, STATE_MATCHING)
INVITATIONS: Final = "hub.invitations"
TASKS: Final = "hub.tasks"
DECISIONS: Final = "hub.decisions"
DECISIONS_SENSITIVE: Final = "hub.decisions.sensitive"
PARTS: Final = "hub.statistics.parts"
TOTALS: Final = "hub.statistics.totals"
STATISTICS: Final = "hub.statistics"
SNAPSHOTS: Final = "hub.statistics.snapshots"
REVIEWS: Final = "hub.identity.reviews"
DEAD_LETTERS: Final = "hub.dead-letters"
AUDIT: Final = "hub.audit"
PERSON_KEYS: Final = "hub.person-keys"
ORGANISATIONS: Final = "hub.organisations"
REGIONS: Final = "hub.regions"
RULES: Final = "hub.rules"
CONTROLS: Final = "hub.controls"
BROADCAST: Final = (ORGANISATIONS, REGIONS, RULES, CONTROLS)
"""Small compacted topics of one partition that every worker holds whole."""
TICKS: Final = "hub.ticks"

_ERASABLE: Final = (
    # Erasure is a tombstone: these three make sure that Kafka really drops what it covers (PIPL art. 47).
    ("max.compaction.lag.ms", str(_WEEK_MS)),
    ("segment.ms", str(_DAY_MS)),
    # A store that slept longer than half of this is wiped, else it would bring erased people back.
    ("delete.retention.ms", str(_WEEK_MS)),
)
_REREAD: Final = (
    # A reader that starts from the beginning has a week to see what was removed meanwhile.
    ("delete.retention.ms", str(_WEEK_MS)),
)


def _upstream(name: str, system_en: str, system_zh: str) -> Topic:
    return Topic(
        name, "as the system likes", None, Cleanup.DELETE, HORIZON, (),
        f"events of {system_en}", f"{system_zh}的事件", Owner.UPSTREAM,
    )  # fmt: skip


def _state(name: str, doc_en: str, doc_zh: str) -> Topic:
    return Topic(name, "state key", None, Cleanup.COMPACT, FOREVER, _ERASABLE, doc_en, doc_zh)


def _table(name: str, key_doc: str, doc_en: str, doc_zh: str) -> Topic:
    return Topic(name, key_doc, 1, Cleanup.COMPACT, FOREVER, _REREAD, doc_en, doc_zh)


TOPICS: Final[tuple[Topic, ...]] = (
    _upstream(TRAINING, "the training system", "培训系统"),
    _upstream(RESCUE, "the rescue teams", "救援队系统"),
    _upstream(CONSENT, "the consent service", "同意管理服务"),
    _upstream(PARTY, "identity corrections, deaths and erasure requests", "身份更正、死亡与删除请求"),
    _upstream(REGISTRY, "the membership registry", "会员登记系统"),
    _upstream(DIRECTORY, "the organisation and region directory", "组织与区划目录"),
    _upstream(VOLUNTEER, "the volunteer service", "志愿服务系统"),
    _upstream(DONATION, "the donation system (money)", "捐款系统"),
    _upstream(COUNCIL, "the councils' nominations", "理事会提名系统"),
    _upstream(PROJECT, "the aid projects", "救助项目系统"),
    _upstream(BLOOD, "the blood service (class s)", "献血系统（敏感）"),
    _upstream(STEM_CELL, "the stem-cell donor programme (class s)", "造血干细胞捐献系统（敏感）"),
    _upstream(ORGAN, "the organ donation system (class s)", "器官捐献系统（敏感）"),
    Topic(
        FACTS, "person key", None, Cleanup.DELETE, HORIZON, (),
        "canonical facts of a person, contact block sealed", "个人事实（联系信息已密封）",
    ),
    Topic(
        FACTS_SENSITIVE, "person key", None, Cleanup.DELETE, HORIZON, (),
        "facts of class s of a person, sealed whole under the sensitive key",
        "个人敏感事实（以敏感密钥整体密封）",
    ),
    Topic(
        IDENTITY, "alias (a blind index)", None, Cleanup.DELETE, 90 * _DAY_MS, (),
        "facts without a sure key, alias bindings, parked facts", "待定身份的事实、别名绑定与搁置事实",
    ),
    # Its partition p serves lane p: partition p of every upstream topic, and those that go round to it.
    _state(STATE_INTAKE, "changelog of the intake stage", "接入阶段的状态变更日志"),
    _state(STATE_IDENTITY, "changelog of the identity stage", "身份阶段的状态变更日志"),
    _state(STATE_SENSITIVE, "changelog of the sensitive stage, sealed", "敏感阶段的状态变更日志（已密封）"),
    _state(STATE_MATCHING, "changelog of the matching stage", "匹配阶段的状态变更日志"),
    Topic(
        INVITATIONS, "invitation id", None, Cleanup.COMPACT, FOREVER, _ERASABLE,
        "the whole life of every invitation", "邀请的全部状态变化",
    ),
    Topic(
        TASKS, "task id", None, Cleanup.COMPACT, FOREVER, _ERASABLE,
        "what organisations are asked to do: admit a candidate, hand a member over",
        "请组织办理的事项：理事人选入会、会员关系转接",
    ),
    Topic(
        DECISIONS, "person key", None, Cleanup.DELETE, 1096 * _DAY_MS, (),
        "each evaluation that changed something, with rule, reason and facts used; three years by law",
        "每次产生变化的判定及其依据，依法保存三年",
    ),
    Topic(
        DECISIONS_SENSITIVE, "person key", None, Cleanup.DELETE, 1096 * _DAY_MS, (),
        "what the sensitive stage decided and on what, sealed; three years by law",
        "敏感阶段的判定及其依据（已密封），依法保存三年",
    ),
    Topic(
        PERSON_KEYS, "person key", None, Cleanup.COMPACT, FOREVER, _ERASABLE,
        "the key that seals what decisions say of a person, wrapped; tombstoned when the person is erased",
        "个人密钥（已包裹），用于密封判定中的个人内容；删除个人信息时销毁",
    ),
    Topic(
        AUDIT, "none", None, Cleanup.DELETE, 1096 * _DAY_MS, (),
        "every look at a person by the data officer's commands, and every request for erasure made with them",
        "个人信息查阅、导出与删除请求的审计记录",
    ),
    Topic(
        PARTS, "counter and origin", None, Cleanup.COMPACT, FOREVER, _REREAD,
        "single-writer counter values with a rising version", "单写者计数器及其版本",
    ),
    _table(TOTALS, "counter", "counters summed over their origins", "各计数器对来源的汇总"),
    Topic(
        STATISTICS, "figure, labels, period and region", None, Cleanup.COMPACT, FOREVER, _REREAD,
        "what is published: totals, roll-ups and targets", "对外发布的统计：汇总、逐级汇总与目标",
    ),
    _table(
        SNAPSHOTS, "snapshot's day and figure key", "snapshots for use outside, small cells suppressed",
        "对外快照，小数已隐匿",
    ),
    Topic(
        REVIEWS, "review id", None, Cleanup.COMPACT, FOREVER, _ERASABLE,
        "pairs of records a human must decide on", "需人工判定的疑似同人",
    ),
    Topic(
        DEAD_LETTERS, "source topic-partition-offset", None, Cleanup.DELETE, 90 * _DAY_MS, (),
        "what could not be processed: reason, field path, original sealed",
        "无法处理的记录：原因、字段路径与密封原文",
    ),
    _table(ORGANISATIONS, "organisation id / aspect", "the organisation directory", "组织目录"),
    _table(REGIONS, "codes, or population key", "changes of region codes; population", "区划变更与人口数据"),
    _table(
        RULES, "active, shadow, history/<ms>", "the active rule book, one in its shadow, all there were",
        "现行规则集、试运行规则集与历次启用的规则集",
    ),
    _table(CONTROLS, "free", "what operators ordered", "运维指令"),
    Topic(
        TICKS, "none", 1, Cleanup.DELETE, _WEEK_MS, (),
        "simulated time: the newest record is now", "模拟时刻：最新一条即为当前时间",
    ),
)  # fmt: skip
"""Every topic, in the order of the reference page. Add one here and nowhere else."""

BY_NAME: Final[dict[str, Topic]] = {topic.name: topic for topic in TOPICS}


def state_topic(stage: str) -> str:
    """Return the changelog topic of a stage."""
    return f"hub.state.{stage}"


def system_of(topic: str) -> str:
    """Return the system that an upstream topic is of.

    >>> system_of("redcross.stem-cell.events")
    'stem-cell'
    """
    return topic.removeprefix("redcross.").removesuffix(".events")
