"""YAML with places, and without YAML's traps."""

from __future__ import annotations

import pytest

from hub.rules.problems import RuleBookError
from hub.rules.source import Mark, Source


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: off", "off", id="off-is-a-word"),
        pytest.param("a: yes", "yes", id="yes-is-a-word"),
        pytest.param("a: true", True, id="true"),
        pytest.param("a: 2022-01-01", "2022-01-01", id="date-is-a-text"),
        pytest.param("a: 1:30", "1:30", id="sexagesimal-is-a-text"),
        pytest.param("a: 0331", "0331", id="octal-is-a-text"),
        pytest.param("a: 1_000", "1_000", id="underscore-is-a-text"),
        pytest.param("a: 12", 12, id="number"),
        pytest.param("a: -1.5", -1.5, id="decimal"),
        pytest.param('a: "12"', "12", id="quoted-number-is-a-text"),
        pytest.param("a: ~", None, id="nothing"),
        pytest.param("a:", None, id="left-empty"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text: str, value: object) -> None:
    """A person's reading wins over YAML 1.1's."""
    found = Source(text, "f").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_key_may_be_called_on() -> None:
    """``on`` is a field of the catalogue, not a boolean."""
    assert Source("on: 1", "f").data == {"on": 1}


def test_keys_and_values_have_places() -> None:
    """Lines and columns count from one; what is not there has the place of what is around it."""
    source = Source("a:\n  - b: 1\n", "f")
    assert source.mark(("a", 0, "b")) == Mark(2, 8)
    assert source.mark(("a", 0, "b"), key=True) == Mark(2, 5)
    assert source.mark(("a", 0, "c")) == Mark(2, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("a: 1\nb: 2\na: 3", "DUPLICATE_KEY", id="key-twice"),
        pytest.param("a: &x 1\nb: *x", "YAML_ALIAS", id="alias"),
        pytest.param("a: &x [*x]", "YAML_ALIAS", id="alias-to-itself"),
        pytest.param("<<: {a: 1}", "YAML_ALIAS", id="merge"),
        pytest.param("a: !!python/name:os.system x", "YAML_TAG", id="tag"),
        pytest.param("a: [1", "YAML_SYNTAX", id="unclosed"),
        pytest.param("a: 1\n---\nb: 2", "YAML_SYNTAX", id="two-documents"),
        pytest.param("a: \x01", "YAML_SYNTAX", id="control-character"),
        pytest.param("", "EMPTY_FILE", id="empty"),
    ],
)
def test_what_would_surprise_is_refused(text: str, code: str) -> None:
    """A key twice, references, tags, and what is not one YAML document."""
    with pytest.raises(RuleBookError) as caught:
        Source(text, "f").raise_if_any()
    assert caught.value.problems[0].code == code
