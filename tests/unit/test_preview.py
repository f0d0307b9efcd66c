"""The preview that is published with an activation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub import preview
from hub.errors import UsageError

COUNTS = {"more": 1, "fewer": 2, "raised": 3, "withdrawn": 4, "unchanged": 5}
DOCUMENT = {
    "book": "ab" * 32,
    "against": "live-state",
    "counts": COUNTS,
    "examples": ["whatever else is there"],
}


def document(**changes: Any) -> str:
    """Return a document that says something else."""
    return json.dumps({**DOCUMENT, **changes})


def test_a_preview_of_the_same_text_is_taken() -> None:
    """Its numbers and what it was made against; the rest of the document is not looked at."""
    assert preview.parse(document(), "ab" * 32, "p.json") == {"against": "live-state", **COUNTS}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "this is no preview", id="no JSON"),
        pytest.param(document(counts=7), "this is no preview", id="no counts"),
        pytest.param(document(counts={**COUNTS, "more": -1}), "how many: more", id="negative"),
        pytest.param(
            document(counts={"more": 1}), "how many: fewer, raised, withdrawn, unchanged", id="too few"
        ),
        pytest.param(document(counts={**COUNTS, "raised": True}), "how many: raised", id="no number"),
        pytest.param(document(book="cd" * 32), "of another text", id="another book"),
    ],
)
def test_what_is_none_is_refused_with_a_cure(text: str, said: str) -> None:
    """The file is named, and the command that makes one."""
    with pytest.raises(UsageError, match=said) as caught:
        preview.parse(text, "ab" * 32, "p.json")
    assert caught.value.where is not None
    assert "p.json" in caught.value.where
    assert "hub rules backtest" in str(caught.value.cure)
