"""What may be said about a record, a timer or a sweep step that raised: never a value of it."""

from __future__ import annotations

from hub.core.codes import Code
from hub.errors import DeadLetterError

__all__ = ("place_of", "reason_of", "told")


def reason_of(error: Exception) -> tuple[str, str, str]:
    """Return code, field and message for the dead letter of a record that raised."""
    if isinstance(error, DeadLetterError):
        return error.code, error.field, error.message
    return str(Code.STAGE_FAILED), "", place_of(error)


def told(error: Exception) -> tuple[str, str]:
    """Return code and message."""
    code, _, message = reason_of(error)
    return code, message


def place_of(error: BaseException) -> str:
    """Return an error's type and where it was raised, as its text may hold personal data."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    module = frame.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} at {module}.{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
