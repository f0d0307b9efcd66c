"""hub.errors: what an error tells, and that the tree in the docstring is the tree."""

from __future__ import annotations

import copy
import pickle

import pytest

from hub import errors
from hub.errors import BrokerError, DeadLetterError, HubError, RetryError, StopError


def all_errors() -> list[type[HubError]]:
    """Return every error class of the module."""
    kinds = [getattr(errors, name) for name in errors.__all__]
    return [kind for kind in kinds if issubclass(kind, HubError)]


def test_all_is_complete_and_drawn() -> None:
    """Every error class is in __all__ and in the tree of the module's docstring."""
    defined = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, HubError)
    }
    assert defined == set(errors.__all__)
    assert all(name in (errors.__doc__ or "") for name in defined)


def test_codes_are_unique() -> None:
    """A code names one class, so that an alert can rely on it."""
    codes = [kind.code for kind in all_errors()]
    assert len(set(codes)) == len(codes)
    assert all(code == code.upper() for code in codes)


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_is_sorted_by_what_the_loop_must_do(kind: type[HubError]) -> None:
    """Each error but the base is a retry, a dead letter or a stop, and exits with something but 0."""
    assert kind is HubError or issubclass(kind, (RetryError, DeadLetterError, StopError))
    assert kind.exit_code != 0


def test_an_error_says_what_where_and_the_cure() -> None:
    """The text holds all three parts, and leaves out what is empty."""
    assert str(BrokerError("gone", "localhost:9092", "start it")) == "gone (at localhost:9092) — start it"
    assert str(BrokerError("gone")) == "gone"


def test_a_dead_letter_carries_its_own_code_through_copies() -> None:
    """Code, field and message survive pickling, and the class keeps its own code."""
    error = DeadLetterError("ID_CHECK", "person.doc_no", "the check digit is wrong")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (twin.code, twin.field, twin.message) == (
            "ID_CHECK",
            "person.doc_no",
            "the check digit is wrong",
        )
    assert DeadLetterError.code == "DEAD_LETTER"
    assert str(error) == "ID_CHECK person.doc_no: the check digit is wrong"
    assert str(DeadLetterError("FIELD_MISSING", "", "no person")) == "FIELD_MISSING: no person"
