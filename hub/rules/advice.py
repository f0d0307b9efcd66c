"""What a writer is warned of: the book can be used as it is, but hardly says what was meant.

The words of a warning that name a consequence come in both languages (``so``, ``so_zh``).
"""

from __future__ import annotations

from typing import Final

WARNINGS: Final[dict[str, tuple[str, str]]] = {
    "CANNOT_HOLD": (
        "{found} and {other} on line {line} exclude one another for {fact}.{field}: {so}",
        "{fact}.{field} 的 {found} 与第 {line} 行的 {other} 互相矛盾：{so_zh}",
    ),
    "CANNOT_HOLD_TOGETHER": (
        "these conditions exclude one another: {so}",
        "这些条件互相矛盾：{so_zh}",
    ),
    "REDUNDANT_LINE": (
        "{found} asks for nothing that {other} on line {line} does not ask for",
        "{found} 已包含在第 {line} 行的 {other} 之中",
    ),
    "REDUNDANT_PART": (
        "whoever meets this part meets the one on line {line} too: it adds nobody",
        "符合此项者必然符合第 {line} 行的一项：此项不增加任何人",
    ),
    "SAME_CONDITION": (
        "{rule} asks the same as {other} on line {line}, and says {priority}, not {better}: {better} counts",
        "{rule} 与第 {line} 行的 {other} 条件相同，优先级却是 {priority} 而不是 {better}：以 {better} 为准",
    ),
    "DUPLICATE_RULE": (
        "{rule} asks the same as {other} on line {line}, at the same priority {priority}",
        "{rule} 与第 {line} 行的 {other} 条件相同，优先级同为 {priority}",
    ),
    "SHADOWED_RULE": (
        (
            "whoever meets {rule} ({priority}) meets {other} ({better}) on line {line} too: "
            "it invites nobody more, and nobody sooner"
        ),
        "符合 {rule}（{priority}）者必然符合第 {line} 行的 {other}（{better}）：它不多邀一人，也不更优先",
    ),
    "ALWAYS_STOPPED": (
        "whoever meets {rule} is stopped by the guard {other} on line {line}: it never invites",
        "符合 {rule} 者一律被第 {line} 行的守门规则 {other} 挡住：它永远不会发出邀请",
    ),
    "SHADOWED_GUARD": (
        "where {found} applies, {other} on line {line} applies first: its reason is never given",
        "{found} 适用时，第 {line} 行的 {other} 必先适用：其原因永远不会给出",
    ),
    "SHADOWED_PATH": (
        "where {found} applies, {other} on line {line} is taken first: it is never taken",
        "符合 {found} 时，必先走第 {line} 行的 {other}：永远不会走这一条",
    ),
    "NO_CASES": (
        "there are no cases beside the book: nobody has written down what it is to do",
        "规则集旁没有用例：没有人写明它应得出什么结论",
    ),
    "NO_CASE_HITS": (
        "no case in which {found} {hits}",
        "{found_zh} 没有一个{hits_zh}的用例",
    ),
    "NO_CASE_MISSES": (
        "no case in which {found} only just does not {hit}: one line false, all others true",
        "{found_zh} 没有一个恰好不{hit_zh}的用例：只有一行不符，其余都符合",
    ),
    "LEAF_NEVER_TRUE": (
        "{found} of {owner} is true in no case",
        "{owner} 的 {found} 在所有用例中从未成立",
    ),
    "LEAF_NEVER_FALSE": (
        "{found} of {owner} is false in no case",
        "{owner} 的 {found} 在所有用例中从未不成立",
    ),
    "OTHER_BOOK": (
        "these cases are for {found}, the book beside them is {book}",
        "这些用例属于 {found}，而旁边的规则集是 {book}",
    ),
}
"""Code → text in English and Chinese. The codes are stable."""
