"""The data that ships with the hub: regions and their changes. Where each file comes from: README.md."""

from __future__ import annotations

import gzip
from functools import lru_cache

from hub import packaged
from hub.core.region import Crosswalk, RegionTable

__all__ = ("crosswalk", "regions")


@lru_cache(maxsize=1)
def regions() -> RegionTable:
    """Return the regions of Zhejiang, edition 2023."""
    packed = packaged.read_bytes("data/zhejiang-regions-2023.csv.gz")
    return RegionTable.parse(gzip.decompress(packed).decode("utf-8"))


@lru_cache(maxsize=1)
def crosswalk() -> Crosswalk:
    """Return the known changes of county codes that lead to that edition."""
    return Crosswalk.parse(packaged.read_text("data/region-changes.csv"), regions())
