"""Joining the workers' metrics into one page: each sample gets its worker's slot as a label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("joined",)

_SAMPLE: Final = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (.+)$")


def joined(pages: Mapping[int, str]) -> str:
    """Return one exposition page of slot → page; every metric is described once."""
    heads: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for slot, page in sorted(pages.items()):
        family = ""
        for line in page.splitlines():
            if line.startswith("# HELP "):
                family = line.split(" ", 3)[2]
                heads.setdefault(family, [line])
                samples.setdefault(family, [])
            elif line.startswith("# TYPE "):
                if len(heads[family]) == 1:
                    heads[family].append(line)
            elif match := _SAMPLE.match(line):
                name, labels, value = match.groups()
                labels = f'{labels},worker="{slot}"' if labels else f'worker="{slot}"'
                samples[family].append(f"{name}{{{labels}}} {value}")
    lines = [line for family, head in heads.items() for line in (*head, *samples[family])]
    return "\n".join(lines) + "\n" if lines else ""
