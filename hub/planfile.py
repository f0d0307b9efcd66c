"""The plan a command works with: the packaged one, or the file an operator names."""

from __future__ import annotations

from pathlib import Path

from hub import data
from hub.core.targets import Targets
from hub.errors import ConfigurationError

__all__ = ("read",)


def read(path: Path | None) -> Targets:
    """Return the plan in a file, the packaged one without; ConfigurationError says what is wrong with it."""
    from hub.rules import targetfile

    if path is None:
        return data.targets()
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"the plan cannot be read: {error.strerror}", str(path), "HUB_TARGETS_FILE names a YAML file"
        ) from None
    except UnicodeDecodeError as error:
        where = f"{path}, byte {error.start}"
        raise ConfigurationError("the plan is not UTF-8", where, "save it as UTF-8 in your editor") from None
    return targetfile.load(text, file=str(path))
