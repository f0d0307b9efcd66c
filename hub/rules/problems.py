"""What can be wrong with a rule book or its cases, said so that the writer can mend it at once.

A check never stops at the first problem: :class:`RuleBookError` carries all of them, in the order of
the file, each with its place, what was found and, where there is one, the nearest right name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, Final, NamedTuple

from hub.errors import ConfigurationError
from hub.rules.advice import WARNINGS
from hub.rules.cures import CURES

MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "YAML_SYNTAX": ("this is not YAML: {detail}", "不是合法的 YAML：{detail}"),
    "YAML_ALIAS": (
        "anchors and aliases (&, *, <<) are not allowed: write it out, people read this file",
        "不允许使用锚点与别名（&、*、<<）：请完整写出，供人阅读",
    ),
    "YAML_TAG": ("tags such as {found} are not allowed", "不允许使用 {found} 这样的标签"),
    "DUPLICATE_KEY": (
        "{found} stands here twice; the first is on line {first}",
        "{found} 重复；首次出现在第 {first} 行",
    ),
    "WRONG_SHAPE": ("expected {expected}, found {found}", "此处应为{expected_zh}，实为 {found}"),
    "UNKNOWN_KEY": (
        "{found} is not a key here; known: {choices}",
        "此处没有 {found} 这个键；可用：{choices}",
    ),
    "MISSING_KEY": ("{key} is missing", "缺少 {key}"),
    "EMPTY_TEXT": ("the text is empty", "文字为空"),
    "WRONG_TYPE": ("expected {expected}, found {found}", "此处应为{expected_zh}，实为 {found}"),
    "WRONG_VALUE": ("{found} will not do: {detail}", "{found} 不可用：{detail}"),
    "TOO_SMALL": ("expected {least} or more, found {found}", "此处不得小于 {least}，实为 {found}"),
    "UNKNOWN_CHOICE": ("{found} is not one of: {choices}", "{found} 不在可选项中：{choices}"),
    "UNKNOWN_FACT": ("there is no fact {found}; known: {choices}", "没有 {found} 这种事实；可用：{choices}"),
    "UNKNOWN_FIELD": (
        "fact {fact} has no field {found}; it has: {choices}",
        "事实 {fact} 没有字段 {found}；它有：{choices}",
    ),
    "UNKNOWN_OPERATOR": (
        "{found} is not a comparison; known: {choices}",
        "没有 {found} 这种比较；可用：{choices}",
    ),
    "NO_OPERATOR": (
        "the field {field} is compared with nothing; add one of: {choices}",
        "字段 {field} 没有比较；请加上其一：{choices}",
    ),
    "SEVERAL_OPERATORS": (
        "one comparison per line; found {found}: make two lines of it",
        "每行只能有一个比较；此处有 {found}：请分成两行",
    ),
    "OPERATOR_TYPE": (
        "{operator} is not for {fact}.{field}, which is a {type}; for a {type}: {choices}",
        "{operator} 不能用于 {fact}.{field}（类型 {type}）；可用：{choices}",
    ),
    "VALUE_TYPE": (
        "{fact}.{field} is a {type}: expected {expected}, found {found}",
        "{fact}.{field} 的类型是 {type}：应为{expected_zh}，实为 {found}",
    ),
    "QUOTE_IT": (
        "{found} is a number; {fact}.{field} is a text: put it in quotes",
        "{found} 是数字，而 {fact}.{field} 是文字：请加引号",
    ),
    "TRUE_OR_FALSE": ("write true or false, not {found}", "请写 true 或 false，不要写 {found}"),
    "UNKNOWN_VALUE": (
        "{fact}.{field} is never {found}; it can be: {choices}",
        "{fact}.{field} 不会是 {found}；可能的值：{choices}",
    ),
    "BAD_MOMENT": (
        "{found} is not a day here; write today, today - 365 days, today + 12 months, today - 2 years",
        "{found} 不是可比较的日期；请写 today、today - 365 days、today + 12 months 或 today - 2 years",
    ),
    "EMPTY_FILE": ("the file is empty", "文件为空"),
    "EMPTY_LIST": ("the list is empty", "列表为空"),
    "EMPTY_VALUE": ("an empty text is unknown: write absent: true", "空文字即未知：请写 absent: true"),
    "WRITE_TRUE": ("write true here, not {found}", "此处只能写 true，不要写 {found}"),
    "NOT_A_DAY": ("{found} is not a day; write 2022-06-15", "{found} 不是日期；请写成 2022-06-15"),
    "RULE_ID": (
        "{found} is no rule id; it is R and two digits: R01 or R01a",
        "{found} 不是规则编号；应为 R 加两位数字，如 R01 或 R01a",
    ),
    "BOOK_ID": (
        "{found} is no book id; it is lower-case letters, digits and hyphens: zhejiang-2022",
        "{found} 不是规则集编号；只用小写字母、数字和连字符，如 zhejiang-2022",
    ),
    "EMPTY_CONDITION": ("the list is empty: nothing would be asked", "列表为空：等于什么都不问"),
    "NO_CONDITION": ("expected one of: all, any, none, fact", "此处应为其一：all、any、none、fact"),
    "DUPLICATE_ID": ("{found} is used twice; first on line {first}", "{found} 重复使用；首次在第 {first} 行"),
    "UNKNOWN_CODE": (
        "{found} is not a guard's code; known: {choices}",
        "没有 {found} 这个守门代码；可用：{choices}",
    ),
    "UNKNOWN_RULE": (
        "the book has no rule {found}; it has: {choices}",
        "规则集没有规则 {found}；它有：{choices}",
    ),
    "DATA_CLASS": (
        "the rule is of class p but reads {fact}, which is of class s",
        "规则的数据类别是 p，却读取了类别为 s 的 {fact}",
    ),
    "SENSITIVE_READS": (
        (
            "the rule is of class s but reads {fact}, which is not known where it is evaluated; "
            "it may read facts of class s, subject.age and subject.citizen"
        ),
        (
            "规则的数据类别是 s，却读取了 {fact}，而评估它的环节不掌握该信息；"
            "只能读取类别为 s 的事实、subject.age 与 subject.citizen"
        ),
    ),
    "SENSITIVE_FACT": (
        "{fact} is of class s: only a rule of class s may read it",
        "{fact} 的数据类别是 s：只有类别为 s 的规则可以读取",
    ),
    "SENSITIVE_DISCLOSES": (
        "a rule of class s discloses name and phone at most, not {found}",
        "类别为 s 的规则最多只能告知 name 与 phone，不能告知 {found}",
    ),
    "SENSITIVE_MAKES": (
        "a rule of class s makes invitations only, not {found}: a task would name it",
        "类别为 s 的规则只能发出邀请，不能产生 {found}：任务会暴露其依据",
    ),
    "PUBLIC_MISSING": (
        "a rule of class s is never named: add public with the ground that is named in its place",
        "类别为 s 的规则不得具名：请用 public 写明代替它的依据",
    ),
    "UNKNOWN_GROUND": (
        "there is no ground {found}; known: {choices}",
        "没有 {found} 这个依据；可用：{choices}",
    ),
    "PUBLIC_DISCLOSES": (
        (
            "{ground} is named in the rule's place, and what is disclosed would tell them apart: "
            "disclose what {ground} does ({expected})"
        ),
        "该规则以 {ground} 的名义出现，告知内容不同会使其可被辨认：请与 {ground} 一致（{expected}）",
    ),
    "SEVERAL_GROUNDS": (
        "rules of class s share one ground, not {found}; the first stands on line {first}",
        "类别为 s 的规则须共用一个依据，不能另用 {found}；首个在第 {first} 行",
    ),
    "PRIORITY_BETRAYS": (
        (
            "{ground} at {priority} could only stand for rules of class s: the priority betrays them; "
            "there must be an active rule of class p with the same public ground and priority"
        ),
        (
            "{priority} 的 {ground} 只可能出自类别为 s 的规则：优先级会暴露依据；"
            "须有同一优先级、同一 public 的类别为 p 的启用规则"
        ),
    ),
    "COMPANY_BETRAYS": (
        (
            "{found} never hits without {other}, which is named otherwise: so {ground} at {priority} "
            "without {other} betrays a rule of class s; give {other} the same public ground"
        ),
        (
            "{found} 命中时 {other} 必然命中且另行具名：只有 {ground}（{priority}）而没有 {other} 时，"
            "即暴露类别为 s 的规则；请让 {other} 使用同一 public"
        ),
    ),
    "ADMISSION_PRIORITY": (
        "an admission task is mandatory: its priority is P0, not {found}",
        "入会办理任务是必办事项：优先级须为 P0，而不是 {found}",
    ),
    "ADMISSION_CONDITION": (
        "an admission task is made for each candidacy: when must be fact: candidacy, with nothing around it",
        "入会办理任务按每项提名产生：when 只能是 fact: candidacy 及其 where，外面不能再有其他条件",
    ),
    "COOLDOWN_UNUSED": (
        "cooldown_days is for a rule of class p that invites",
        "cooldown_days 只用于类别为 p 且发出邀请的规则",
    ),
    "GROUND_ID": (
        "{found} is no ground id; it is G and two digits: G00",
        "{found} 不是依据编号；应为 G 加两位数字，如 G00",
    ),
    "PATH_ORDER": (
        "only the last path, and the last path always, has no condition: it is taken otherwise",
        "只有最后一条途径没有条件，且最后一条必须没有条件：其余情况走这一条",
    ),
}
"""Code → text in English and Chinese. The codes are stable."""


_CHINESE: Final = {
    "a list": "列表", "a mapping": "映射", "nothing": "空", "text": "文字", "day": "日期", "number": "数字",
    "flag (true or false)": "是否（true 或 false）", "list of texts": "文字列表",
}  # fmt: skip


def in_chinese(words: dict[str, object]) -> dict[str, object]:
    """Return a message's words with those that name a shape or a type in Chinese."""
    return {name: _CHINESE.get(str(word), word) for name, word in words.items()}


class Problem(NamedTuple):
    """One thing to mend, or, when its code is a warning's, to think about. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    message_zh: str
    nearest: str = ""

    @property
    def severity(self) -> str:
        """``error``, or ``warning``: the book can be used as it is."""
        return "warning" if self.code in WARNINGS else "error"

    @property
    def cure(self) -> str:
        """What the writer does about it."""
        return CURES[self.code][0]

    @property
    def cure_zh(self) -> str:
        """The same in Chinese."""
        return CURES[self.code][1]

    def __str__(self) -> str:
        """Return ``file:line:column: CODE message (did you mean …?)``."""
        hint = f" (did you mean {self.nearest}?)" if self.nearest else ""
        return f"{self.file}:{self.line}:{self.column}: {self._kind}{self.code} {self.message}{hint}"

    @property
    def zh(self) -> str:
        """The same in Chinese."""
        hint = f"（是否想写 {self.nearest}？）" if self.nearest else ""
        return f"{self.file}:{self.line}:{self.column}: {self._kind}{self.code} {self.message_zh}{hint}"

    @property
    def told(self) -> str:
        """All of it, as people read it: place, message and cure in English, and below in Chinese."""
        chinese = self.zh.split(f"{self.code} ", 1)[1]
        return f"{self}\n    cure: {self.cure}\n    {chinese}\n    办法：{self.cure_zh}"

    def document(self) -> dict[str, object]:
        """Return all of it for a machine."""
        return {**self._asdict(), "severity": self.severity, "cure": self.cure, "cure_zh": self.cure_zh}

    @property
    def _kind(self) -> str:
        return "warning " if self.severity == "warning" else ""


class RuleBookError(ConfigurationError):
    """A rule book, or the cases beside it, cannot be used: mend every problem listed."""

    code: ClassVar[str] = "RULE_BOOK"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Carry all problems, in the order of the file."""
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.line, p.column, p.code, p.message)))
        first = self.problems[0]
        count = len(self.problems)
        super().__init__(
            "\n".join(str(problem) for problem in self.problems),
            where=f"{first.file}:{first.line}:{first.column}",
            cure=f"mend {'this problem' if count == 1 else f'these {count} problems'}, then: hub rules check",
        )

    def __reduce__(self) -> tuple[type[RuleBookError], tuple[tuple[Problem, ...]]]:
        """Make copies and pickles carry the problems."""
        return type(self), (self.problems,)


def nearest(found: object, choices: Iterable[str]) -> str:
    """Return the choice that looks most like what was found, or nothing when none does."""
    close = get_close_matches(str(found).lower(), list(choices), n=1, cutoff=0.5)
    return close[0] if close else ""
