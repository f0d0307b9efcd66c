"""The packaged region table as text: the simulation reads it with its own eyes."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Final

from hub import packaged

__all__ = ("region_table",)

_FILE: Final = "data/zhejiang-regions-2023.csv.gz"


@lru_cache(maxsize=1)
def region_table() -> str:
    """Return the CSV: code, name, parent, level."""
    return gzip.decompress(packaged.read_bytes(_FILE)).decode("utf-8")
