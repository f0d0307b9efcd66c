"""The list of connectors."""

from __future__ import annotations

import pytest

from hub import topics
from hub.connectors.catalogue import BY_TYPE, CONNECTORS
from hub.connectors.draft import Draft
from hub.contracts import catalogue
from tests.unit.connectors.events import TYPES, connected


def test_every_upstream_event_has_one_connector() -> None:
    """Each event of the schema catalogue that is published upstream is read by exactly one connector."""
    upstream = {schema.ce_type for schema in catalogue() if schema.topic in topics.UPSTREAM}
    assert set(BY_TYPE) == upstream
    assert len(CONNECTORS) == len(upstream)


@pytest.mark.parametrize("ce_type", TYPES)
def test_a_valid_event_is_read_without_problems(ce_type: str) -> None:
    """A valid event comes to a draft that goes somewhere, and nothing of it was unreadable."""
    draft, reading = connected(ce_type)
    sure = draft.person is not None and draft.person.document is not None
    assert isinstance(draft, Draft)
    assert sure or draft.alias is not None or draft.broadcast is not None
    assert reading.problems == []
