"""The data that ships with the hub: regions and their changes. Where each file comes from: README.md."""

from __future__ import annotations

import gzip
from functools import lru_cache

from hub import packaged
from hub.core.region import Crosswalk, RegionTable
from hub.core.residents import Residents
from hub.core.residents import parse as residents_of
from hub.core.targets import Targets

__all__ = ("crosswalk", "regions", "residents", "targets")


@lru_cache(maxsize=1)
def regions() -> RegionTable:
    """Return the regions of Zhejiang, edition 2023."""
    packed = packaged.read_bytes("data/zhejiang-regions-2023.csv.gz")
    return RegionTable.parse(gzip.decompress(packed).decode("utf-8"))


@lru_cache(maxsize=1)
def crosswalk() -> Crosswalk:
    """Return the known changes of county codes that lead to that edition."""
    return Crosswalk.parse(packaged.read_text("data/region-changes.csv"), regions())


@lru_cache(maxsize=1)
def residents() -> tuple[Residents, ...]:
    """Return the packaged editions of the resident population."""
    return residents_of(packaged.read_text("data/zhejiang-residents.csv"))


@lru_cache(maxsize=1)
def targets() -> Targets:
    """Return the packaged plan."""
    from hub.rules import targetfile

    name = f"{targetfile.DEFAULT}.yaml"
    return targetfile.load(packaged.read_text(f"{targetfile.FOLDER}/{name}"), file=name)
