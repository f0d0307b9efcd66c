"""A rule book as values: what the YAML says, checked, frozen, with no behaviour of its own.

Conditions are data. A condition is one of

- ``all: [...]`` — every one holds;
- ``any: [...]`` — at least one holds;
- ``none: [...]`` — not one holds;
- ``fact: <kind>`` with ``where: [...]`` — there is **one entry** of that fact for which every leaf
  holds: the kind, the date and the missing revocation are those of the same certificate.

**How long a ground holds** follows from the condition, nobody writes it down. A leaf ends on the last
day on which it still holds by time alone (``expires_on on_or_after today`` ends on ``expires_on``;
``completed_on within_months 12`` ends twelve months after ``completed_on``; anything without a day
does not end). An entry ends with its first leaf to end; several entries, and ``any``, with the last;
``all`` with the first; a ``none`` sets no end (the timer looks again when it may change).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StrictStr,
    Tag,
    model_validator,
)

from hub.rules.days import Moment
from hub.rules.operators import BY_NAME, MOMENT_OPERATORS
from hub.rules.part import Part, Positive, Text, Words
from hub.rules.terms import InvitationTerms, Notice, TaskTerms, TimeLimits


class GuardCode(StrEnum):
    """Why a person is not invited although a rule hits (docs/matching.md, DOMAIN G17)."""

    DECEASED = "deceased"
    ERASURE = "erasure"
    NEVER = "never"
    MEMBER = "member"
    APPLIED = "applied"
    NOT_CITIZEN = "not_citizen"
    COOLDOWN = "cooldown"
    STALE_GROUNDS = "stale_grounds"
    REVIEW = "review"
    CONSENT = "consent"
    GUARDIAN = "guardian"
    REGION = "region"


PRIORITIES: Final = ("P0", "P1", "P2", "P3")


def _priority(value: object) -> object:
    return PRIORITIES.index(value) if value in PRIORITIES and isinstance(value, str) else value


def _moment(value: object) -> object:
    return Moment.parse(value) if isinstance(value, str) else value


Disclosable = Literal["name", "phone", "guardian"]
"""What of the contact block an invitation may tell its one recipient."""

Makes = Literal["invitation", "admission_task", "transfer_notice"]
"""What comes of a rule that hits."""
Priority = Annotated[Literal[0, 1, 2, 3], BeforeValidator(_priority)]
RuleId = Annotated[StrictStr, Field(pattern=r"^R[0-9]{2}[a-z]?$")]
GroundId = Annotated[StrictStr, Field(pattern=r"^G[0-9]{2}$")]


class Leaf(Part):
    """One field, one comparison. In YAML: ``{field: kind, is: first_aider}``."""

    field: StrictStr
    operator: StrictStr
    value: bool | int | float | str | tuple[str, ...] | Moment

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:  # pydantic hands in whatever stood there
        if not isinstance(data, dict) or "operator" in data:
            return data
        operators = [key for key in data if key in BY_NAME]
        if len(operators) != 1:
            return data
        rest = {key: value for key, value in data.items() if key not in BY_NAME}
        name, value = operators[0], data[operators[0]]
        if isinstance(value, list):
            value = tuple(value)
        return {**rest, "operator": name, "value": _moment(value) if name in MOMENT_OPERATORS else value}


class FactCondition(Part):
    """There is one entry of the fact for which every leaf holds."""

    fact: StrictStr
    where: Annotated[tuple[Leaf, ...], Field(min_length=1)]


class All(Part):
    """Every condition holds."""

    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


class AnyOf(Part):
    """At least one condition holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


class NoneOf(Part):
    """Not one condition holds."""

    none: Annotated[tuple[Condition, ...], Field(min_length=1)]


def _which(value: object) -> str:
    if isinstance(value, dict):
        return next((key for key in ("all", "any", "none") if key in value), "fact")
    if isinstance(value, All):
        return "all"
    return "any" if isinstance(value, AnyOf) else "none" if isinstance(value, NoneOf) else "fact"


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NoneOf, Tag("none")]
    | Annotated[FactCondition, Tag("fact")],
    Discriminator(_which),
]


class Worded(Part):
    """What has a title and a reason that people read."""

    id: StrictStr
    version: Positive
    title: Text
    reason: Text

    @property
    def title_zh(self) -> str:
        """The title in Chinese."""
        return self.title.zh

    @property
    def title_en(self) -> str:
        """The title in English."""
        return self.title.en

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese, as the invited person reads it."""
        return self.reason.zh

    @property
    def reason_en(self) -> str:
        """The reason in English."""
        return self.reason.en


class Ground(Worded):
    """What is named in place of the rules that share it, so that none of them can be told from another."""

    id: GroundId
    discloses: tuple[Disclosable, ...]


class Rule(Worded):
    """A ground for inviting somebody, or for asking an organisation to act."""

    id: RuleId
    status: Literal["active", "shadow", "off"] = "active"
    phrase: Words
    source: Words
    remark: Text | None = None
    priority: Priority
    makes: Makes = "invitation"
    public: GroundId | None = None
    """The ground that is named in this rule's place; always, for a rule of class s."""
    data_class: Literal["p", "s"]
    discloses: tuple[Disclosable, ...]
    cooldown_days: Positive | None = None
    when: Condition

    @property
    def condition(self) -> Condition:
        """``when``, and its own cool-down after a refusal where the rule asks for a longer one."""
        if self.cooldown_days is None:
            return self.when
        still = Leaf(field="declined_on", operator="after", value=Moment(-self.cooldown_days, "days"))
        return All(all=(self.when, NoneOf(none=(FactCondition(fact="subject", where=(still,)),))))


@dataclass(frozen=True, slots=True)
class PublicGround:
    """A ground of the book with the priority at which it speaks of somebody: a rule to the core."""

    id: str
    version: int
    priority: int
    discloses: tuple[str, ...]
    title_zh: str
    title_en: str
    reason_zh: str
    reason_en: str
    makes: str = "invitation"
    data_class: str = "s"

    @property
    def public(self) -> str:
        """Its own id."""
        return self.id


class Guard(Part):
    """What stands between a ground and an invitation: the first that applies gives the code."""

    code: GuardCode
    kind: Literal["stop", "hold"]
    reason: Text
    when: Condition

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese."""
        return self.reason.zh

    @property
    def reason_en(self) -> str:
        """The reason in English."""
        return self.reason.en


class Path(Part):
    """A kind of membership; the first path whose condition holds is taken, the last has none."""

    id: Words
    version: Positive
    kind: Literal["adult", "youth", "group"]
    title: Text
    when: Condition | None = None


class RuleBook(Part):
    """Everything a book says. ``load`` of :mod:`hub.rules.book` makes one from YAML."""

    id: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Positive
    title: Text
    notice: Notice
    invitation: InvitationTerms
    tasks: TaskTerms = TaskTerms()
    time_limit_hours: TimeLimits
    grounds: tuple[Ground, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    paths: Annotated[tuple[Path, ...], Field(min_length=1)]
    guards: tuple[Guard, ...]

    @property
    def edition(self) -> str:
        """Id and version, ``zhejiang-2022@2``."""
        return f"{self.id}@{self.version}"

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule with that id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def ordered(self, status: str = "active") -> tuple[Rule, ...]:
        """Return the rules of that status, best first: by priority, then by the id they are named by.

        Where rules share a public id their own must not order them: else the place of that id, and whose
        reason is given, would tell whether it stands for a rule of class s.
        """
        chosen = (rule for rule in self.rules if rule.status == status)
        return tuple(sorted(chosen, key=lambda rule: (rule.priority, rule.public or rule.id, rule.id)))

    def inviting(self, status: str = "active") -> tuple[Rule, ...]:
        """Return the rules of class p that invite, best first."""
        return tuple(r for r in self.ordered(status) if r.data_class == "p" and r.makes == "invitation")

    def asking(self) -> tuple[Rule, ...]:
        """Return the active rules of class p that make a task or a notice, best first."""
        return tuple(r for r in self.ordered() if r.data_class == "p" and r.makes != "invitation")

    def sensitive(self) -> tuple[Rule, ...]:
        """Return the active rules of class s, best first."""
        return tuple(r for r in self.ordered() if r.data_class == "s")

    @property
    def unnamed(self) -> Ground | None:
        """The ground that is named for every rule of class s; None when the book has no ground."""
        named = next((rule.public for rule in self.rules if rule.data_class == "s"), None)
        return next((ground for ground in self.grounds if named in (None, ground.id)), None)

    def with_rules(self, rules: tuple[Rule, ...]) -> Self:
        """Return the same book with other rules."""
        return self.model_copy(update={"rules": rules})
