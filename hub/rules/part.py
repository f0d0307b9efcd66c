"""What every part of a rule book is made of: frozen models and texts in two languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

Words = Annotated[StrictStr, Field(min_length=1, pattern=r"\S")]
Positive = Annotated[StrictInt, Field(ge=1)]


class Part(BaseModel):
    """A part of a rule book: frozen, and nothing that is not written here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A text that a person reads, in Chinese and English."""

    zh: Words
    en: Words
