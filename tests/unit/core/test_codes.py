"""The catalogue of codes."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from hub import quality
from hub.core.codes import TEXTS, Code

ROOT: Final = Path(__file__).parent.parent.parent.parent
SHOWN: Final = frozenset().union(*(example.codes for case in quality.cases() for example in case.examples))
"""What the examples of the 25 data-quality cases show, each played by tests/unit/test_quality.py."""
WITNESSES: Final[dict[Code, tuple[str, str]]] = {
    Code.SCHEMA_UNKNOWN: ("stages/test_intake.py", "test_what_is_no_prohibition_may_be_a_dead_letter"),
    Code.SCHEMA_MISMATCH: ("stages/test_intake.py", "test_what_is_no_prohibition_may_be_a_dead_letter"),
    Code.FRAME_UNKNOWN: ("stages/test_intake.py", "test_what_is_no_prohibition_may_be_a_dead_letter"),
    Code.ENVELOPE_INVALID: ("connectors/test_training.py", "test_what_the_source_must_put_right"),
    Code.VALUE_INVALID: ("connectors/test_training.py", "test_what_the_source_must_put_right"),
    Code.DOC_KIND_UNKNOWN: ("connectors/test_person.py", "test_unreadable_parts_are_refused"),
    Code.ALIAS_OVERFLOW: ("stages/test_identity.py", "test_what_waits_is_bounded"),
    Code.FACT_UNKNOWN: ("core/test_merge.py", "test_what_is_not_in_the_catalogue_is_a_dead_letter"),
    Code.RECORD_TOO_LARGE: ("engine/test_task.py", "test_an_output_too_large_is_a_dead_letter"),
    Code.STAGE_FAILED: ("stages/test_intake.py", "test_a_defect_of_the_hub_stops_at_a_prohibition"),
    Code.PROHIBITION_UNREADABLE: ("stages/test_intake.py", "test_an_unreadable_prohibition_stops_its_source"),
}
"""Codes about records and keys rather than data: the test that makes the hub produce each."""


def test_every_code_has_texts_in_both_languages() -> None:
    """No code without its meaning and its cure, in English and in Chinese."""
    assert set(TEXTS) == set(Code)
    for text in TEXTS.values():
        assert all(part.strip() for part in text)
        assert text.en.isascii()
        assert not text.zh.isascii()


def test_a_code_is_its_own_name() -> None:
    """What stands in a dead letter is what stands in the source."""
    assert all(code.value == code.name for code in Code)


def test_no_code_is_dead() -> None:
    """Every code is produced by an example of a data-quality case, or else by a test named here."""
    assert {code for code in Code if code not in SHOWN} == set(WITNESSES)


@pytest.mark.parametrize("code", WITNESSES)
def test_a_named_test_is_about_its_code(code: Code) -> None:
    """The test that is to produce a code exists and names it, in its body or in its table."""
    file, name = WITNESSES[code]
    text = (ROOT / "tests" / "unit" / file).read_text(encoding="utf-8")
    (test,) = (
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    first = min([test.lineno, *(decorator.lineno for decorator in test.decorator_list)])
    assert code.value in "\n".join(text.splitlines()[first - 1 : test.end_lineno])


def test_the_reference_has_every_code() -> None:
    """docs/reference/errors.md says of every code which case shows it."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert [code for code in Code if f"| `{code}` |" not in page] == []
