"""The reference page of events."""

from __future__ import annotations

from pathlib import Path

from hub.contracts import catalogue, reference
from hub.reference import pages, stale

ROOT = Path(__file__).parents[3]


def test_the_page_in_the_tree_is_the_generated_one() -> None:
    """docs/reference/events.md is what the schemas say today."""
    assert "docs/reference/events.md" in pages()
    assert "docs/reference/events.md" not in stale(ROOT)


def test_every_event_and_every_field_is_on_the_page() -> None:
    """Nobody has to read a schema file to know what an event holds."""
    page = reference()
    for schema in catalogue():
        section = page.split(f"\n### {schema.ce_type}\n")[1].split("\n### ")[0]
        assert schema.doc in section
        assert schema.doc_zh in section
        assert schema.topic in section
        assert ("prohibition" in section.splitlines()[3]) == schema.prohibition
        assert all(f"| `{field.name}` |" in section for field in schema.type.fields)


def test_links_of_the_overview_lead_somewhere() -> None:
    """Each anchor is a heading of the page."""
    page = reference()
    headings = {
        line.removeprefix("### ").replace(".", "") for line in page.splitlines() if line.startswith("### ")
    }
    links = {part.split(")")[0] for part in page.split("](#")[1:]}
    assert links <= headings
    assert len(links) == len(catalogue())
