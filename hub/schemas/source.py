"""Python source, written line by line: what the compilers of readers and writers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ("Source",)


class Source:
    """Lines of Python with their indentation, and names nobody has used yet."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0
        self.serial = 0

    @property
    def text(self) -> str:
        """The source so far."""
        return "\n".join(self.lines)

    def put(self, *lines: str) -> None:
        """Add lines at the current depth."""
        self.lines += ["    " * self.depth + line for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that ends in a colon; what is put inside the ``with`` stands below it."""
        self.put(head)
        self.depth += 1
        yield
        self.depth -= 1

    def new(self, prefix: str = "v") -> str:
        """Return a name that is not in use."""
        self.serial += 1
        return f"{prefix}{self.serial}"
