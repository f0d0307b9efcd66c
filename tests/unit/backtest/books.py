"""Books to try: the packaged one with something changed in it."""

from __future__ import annotations

import re
from typing import Final

from hub import packaged
from hub.demo.site import BOOK

PACKAGED: Final = packaged.read_text(BOOK)


def changed(*changes: tuple[str, str, str], version: int = 3) -> str:
    """Return the packaged book as another version; a change is (rule id or empty, old text, new text)."""
    text = PACKAGED.replace("version: 2", f"version: {version}", 1)
    for rule, old, new in changes:
        start = text.index(f"- id: {rule}\n") if rule else 0
        end = text.find("\n  - id: ", start + 1) if rule else len(text)
        assert old in text[start:end], f"{rule} has no {old}"
        text = text[:start] + re.sub(re.escape(old), new, text[start:end], count=1) + text[end:]
    return text


BOOKS: Final = {
    "priorities": changed(("R03", "priority: P3", "priority: P2"), ("R04", "priority: P2", "priority: P1")),
    "fewer": changed(("R03", "status: active", "status: off"), ("R04", "status: active", "status: off")),
    "terms": changed(("", "valid_days: 180", "valid_days: 90"), ("", "P3: monday", "P3: tuesday")),
    "consent": changed(("", 'minimum: "2021-11"', 'minimum: "2019-01"')),
    "class-s": changed(("R05", "status: active", "status: off"), ("R01", "priority: P1", "priority: P2")),
    "class-p": changed(
        ("R01", "status: active", "status: off"),
        ("R03", "priority: P3", "priority: P2"),
        ("R07", "within_months: 24", "within_months: 6"),
        ("R09", "priority: P3", "priority: P2"),
        ("R11", "status: active", "status: off"),
        ("", "reminder_days: 30", "reminder_days: 10"),
        ("", "today - 365 days", "today - 100 days"),
    ),
    "tasks": changed(
        ("", "due_days_before: 14", "due_days_before: 45"),
        ("R18", "status: active", "status: off"),
        ("R03", "priority: P3", "priority: P2"),
    ),
    "everything": changed(
        ("R01", "status: active", "status: off"),
        ("R05", "priority: P2", "priority: P3"),
        ("R07", "within_months: 24", "within_months: 6"),
        ("R09", "priority: P3", "priority: P2"),
        ("", "reminder_days: 30", "reminder_days: 10"),
        ("", "today - 365 days", "today - 100 days"),
    ),
}
"""Name → text."""
