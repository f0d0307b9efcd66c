"""The schemas as they ship: reads the files of ``hub/schemas`` and hands them to the pure catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from hub import packaged
from hub.schemas.catalogue import Catalogue
from hub.schemas.codec import Codec
from hub.schemas.reference import page

__all__ = ("AVRO", "RELEASED", "catalogue", "codec", "reference", "schema_texts")

AVRO: Final = "schemas/avro"
"""Where the schemas are, inside the package."""

RELEASED: Final = "schemas/released"
"""Where their released versions are: one directory per event type, one numbered file per version."""


def schema_texts() -> dict[str, str]:
    """Return every schema file's text by the name that :meth:`Catalogue.load` expects."""
    texts = packaged.read_texts(AVRO, ".avsc")
    root = files("hub").joinpath(*RELEASED.split("/"))
    for ce_type in sorted(entry.name for entry in root.iterdir() if entry.is_dir()) if root.is_dir() else ():
        for name, text in packaged.read_texts(f"{RELEASED}/{ce_type}", ".avsc").items():
            texts[f"released/{ce_type}/{name}"] = text
    return texts


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue of everything this version of the hub can read and write."""
    return Catalogue.load(schema_texts())


@lru_cache(maxsize=1)
def _codec() -> Codec:
    return Codec(catalogue())


def codec(registry: Mapping[int, str] | None = None) -> Codec:
    """Return the codec; with ``registry`` (schema id → schema JSON) it reads the Confluent framing too."""
    return _codec() if registry is None else Codec(catalogue(), registry)


def reference() -> str:
    """Return ``docs/reference/events.md``."""
    return page(catalogue())
