"""Files that hold secrets: for their owner only, written whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hub.errors import KeyRingError

_TOO_OPEN: Final = 0o037
"""Mode bits a secret file must not have; reading by its group is how containers mount secrets."""


def read(path: Path) -> str:
    """Return the text of a secret file; refuse one that others can read."""
    with path.open(encoding="ascii") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & _TOO_OPEN:
            raise KeyRingError(
                f"the file's mode is {mode:04o}: others than its owner can get at the keys",
                str(path),
                f"chmod 600 {path}; if others had access to the machine, treat the keys as known to them",
            )
        return file.read()


def write(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file of mode 0600, whole or not at all; FileExistsError when it must not replace one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            os.link(temporary, path)  # unlike a rename, this fails when the file is there
    finally:
        temporary.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other processes from writing the ring at the same time."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into a KeyRingError."""
    try:
        yield
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        where = str(getattr(error, "filename", None) or path)
        raise KeyRingError(
            f"the key file cannot be used: {reason}", where, "check the path, its owner and the free space"
        ) from None
