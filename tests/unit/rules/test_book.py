"""Reading a rule book: what is right is read, what is wrong is said in full."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Final

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.rules.book import load
from hub.rules.model import FactCondition, GuardCode
from hub.rules.problems import RuleBookError
from tests.unit.rules.facts import BOOK, rule

HERE: Final = Path(__file__).parent
SAMPLE: Final = HERE / "sample.yaml"


@pytest.mark.parametrize("name", ["sample.yaml", "sensitive.yaml", "tasks.yaml"])
def test_the_sample_is_right(name: str) -> None:
    """The books that the broken ones were broken from have no problem."""
    assert load((HERE / name).read_text(encoding="utf-8"), file=name).edition == "sample@1"


def test_all_problems_come_at_once() -> None:
    """Five mistakes in one file give five problems, in the order of the file."""
    path = HERE / "golden" / "43-several_at_once.yaml"
    with pytest.raises(RuleBookError) as caught:
        load(path.read_text(encoding="utf-8"), file=path.name)
    lines = [problem.line for problem in caught.value.problems]
    assert (len(lines), lines) == (5, sorted(lines))
    assert caught.value.cure == "mend these 5 problems, then: hub rules check"


def test_the_error_survives_copying() -> None:
    """It stops the process with all its problems also when it crosses to another one."""
    with pytest.raises(ConfigurationError) as caught:
        load("", file="f")
    error = caught.value
    assert isinstance(error, RuleBookError)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (twin.problems, str(twin)) == (error.problems, str(error))


def test_the_packaged_book_is_the_plans() -> None:
    """The plan's rules by priority and public name, two of them off, all guards in order, and the terms."""
    assert [(each.id, each.priority) for each in BOOK.ordered()] == [
        ("R10", 0), ("R01", 1), ("R02", 1), ("R14", 1), ("R05", 2), ("R06", 2), ("R09a", 2), ("R04", 2),
        ("R07", 3), ("R09", 3), ("R03", 3), ("R08", 3), ("R11", 3), ("R12", 3), ("R18", 3),
    ]  # fmt: skip
    assert [each.id for each in BOOK.ordered("off")] == ["R13", "R15"]
    assert {each.id: each.makes for each in BOOK.rules if each.makes != "invitation"} == {
        "R10": "admission_task", "R18": "transfer_notice",
    }  # fmt: skip
    assert [guard.code for guard in BOOK.guards] == list(GuardCode)
    assert [guard.code for guard in BOOK.guards if guard.kind == "stop"] == list(GuardCode)[:6]
    assert (BOOK.invitation.valid_days, BOOK.invitation.cooldown_expired_days) == (180, 180)
    assert [path.kind for path in BOOK.paths] == ["group", "youth", "adult"]


def test_the_sensitive_rules_of_the_packaged_book_are_hidden() -> None:
    """R05, R06, R13, R15 are of class s; with the volunteers and the donors they are all named G00."""
    assert [each.id for each in BOOK.rules if each.data_class == "s"] == ["R05", "R06", "R13", "R15"]
    assert {each.id for each in BOOK.rules if each.public == "G00"} == {
        "R05", "R06", "R07", "R09", "R09a", "R13", "R15",
    }  # fmt: skip


@pytest.mark.parametrize("word", ["捐献", "献血", "造血", "器官", "遗体", "donor", "stem", "organ", "blood"])
def test_what_is_read_outside_names_nothing_sensitive(word: str) -> None:
    """The ground's texts, and what the bereaved themselves read, are free of every word for it."""
    grounds = [text for each in BOOK.grounds for text in (each.title, each.reason)]
    for text in (*grounds, rule(BOOK, "R06").reason):
        assert word not in text.zh
        assert word not in text.en.lower()


def test_a_book_of_before_is_still_read() -> None:
    """What came later has a default: a book that is active goes on being read."""
    book = load(SAMPLE.read_text(encoding="utf-8"), file="sample.yaml")
    assert (book.grounds, book.unnamed, book.rules[0].makes, book.rules[0].public) == (
        (), None, "invitation", None,
    )  # fmt: skip
    assert (book.invitation.reminder_days, book.tasks.admission.due_days_before) == (30, 14)
    assert [book.invitation.batch.weekday(priority) for priority in range(4)] == [None] * 4


def test_texts_for_people_are_chinese_and_english() -> None:
    """Each zh text has a Chinese character, no en text has one."""
    texts = [text for each in BOOK.rules for text in (each.title, each.reason)]
    texts += [text for each in BOOK.grounds for text in (each.title, each.reason)]
    texts += [each.remark for each in BOOK.rules if each.remark is not None]
    texts += [guard.reason for guard in BOOK.guards] + [path.title for path in BOOK.paths] + [BOOK.title]
    for text in texts:
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
        assert not any("\u4e00" <= character <= "\u9fff" for character in text.en)


def test_a_book_is_frozen() -> None:
    """What was checked stays what was checked."""
    with pytest.raises(ValidationError, match="frozen"):
        BOOK.version = 2  # type: ignore[misc]  # that is the point


def test_conditions_with_the_same_words_are_the_same() -> None:
    """Conditions are values: equal ones compile to one."""
    again = load(SAMPLE.read_text(encoding="utf-8"), file="sample.yaml")
    first = load(SAMPLE.read_text(encoding="utf-8"), file="sample.yaml")
    assert rule(first, "R01").when == rule(again, "R01").when
    assert isinstance(rule(first, "R01").when, FactCondition)
    assert len({rule(first, "R01").when, rule(again, "R01").when}) == 1
