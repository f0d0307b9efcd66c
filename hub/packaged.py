"""Read the files that ship inside the package: the shell around pure modules that need data.

Paths are relative to the ``hub`` package, with forward slashes: ``schemas/avro/hub.decision.avsc``.
Files never change while a process runs, so each is read once.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ("names", "read_bytes", "read_text", "read_texts")


def _at(package_path: str) -> Traversable:
    return files("hub").joinpath(*package_path.split("/"))


@lru_cache(maxsize=256)
def read_bytes(package_path: str) -> bytes:
    """Return the file's bytes; FileNotFoundError when the package has no such file."""
    return _at(package_path).read_bytes()


@lru_cache(maxsize=256)
def read_text(package_path: str) -> str:
    """Return the file as UTF-8 text; FileNotFoundError when the package has no such file."""
    return read_bytes(package_path).decode("utf-8")


@lru_cache(maxsize=64)
def names(directory: str, suffix: str = "") -> tuple[str, ...]:
    """Return the sorted names (not paths) of the directory's files that end in ``suffix``."""
    return tuple(sorted(p.name for p in _at(directory).iterdir() if p.is_file() and p.name.endswith(suffix)))


def read_texts(directory: str, suffix: str = "") -> dict[str, str]:
    """Return name → text of the directory's files that end in ``suffix``."""
    return {name: read_text(f"{directory}/{name}") for name in names(directory, suffix)}
