"""The ends of one event: what is emitted about an organisation."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import topics
from hub.core.codes import Code
from tests.unit.connectors.events import COMPANY, DAY
from tests.unit.stages.receiving import BLIND, SEALER, asserted, decoded, ends, facts_of, on, taken_in

RECEIVED = "donation.money.received.v1"
NAME = "探针合成有限公司"
BY_COMPANY: dict[str, Any] = {
    "donor_kind": "org",
    "person": None,
    "uscc": COMPANY,
    "org_name": NAME,
    "org_region": "330106",
}
KEY = BLIND.organisation(COMPANY)
D1 = BLIND.alias("donation_no", "d1")


def test_a_companys_gift_leaves_under_a_key_of_the_company() -> None:
    """Its facts are a group's, its name travels sealed for that key."""
    facts = facts_of(taken_in(RECEIVED, **BY_COMPANY))
    assert facts["person"] == KEY
    assert asserted(facts, "party") == {"group": True, "residence": "330106"}
    assert asserted(facts, "org_gift") == {"donated_on": DAY, "region": "330106"}
    assert msgspec.msgpack.decode(SEALER.open(facts["contact"], KEY)) == {"name": NAME}


def test_the_number_of_a_companys_gift_is_bound_to_the_company() -> None:
    """A refund, which knows only the number, finds the company."""
    ctx = taken_in(RECEIVED, **BY_COMPANY)
    (binding,) = on(ctx, topics.IDENTITY)
    bound = decoded(binding)[1]
    assert (binding.key, bound["alias_kind"], bound["person"]) == (D1, "donation_no", KEY)
    assert bound["stamp"] == facts_of(ctx)["stamp"]
    (refund,) = taken_in("donation.money.refunded.v1").emitted
    assert refund.key == D1


def test_neither_name_nor_code_of_a_company_leaves_in_the_clear() -> None:
    """Whoever reads the topics learns of no company that it gave."""
    ctx = taken_in(RECEIVED, **BY_COMPANY)
    told = [part for emitted in ctx.emitted for part in (emitted.key or b"", emitted.value or b"")]
    told += [name.encode() for name in ctx.counters]
    assert not [part for part in told if COMPANY.encode() in part or NAME.encode() in part]


@pytest.mark.parametrize("code", [None, "", COMPANY[:-1] + "0", "330106"])
def test_a_company_without_a_valid_code_is_a_dead_letter(code: str | None) -> None:
    """Nothing is guessed: the source must put the code right."""
    ctx = taken_in(RECEIVED, **{**BY_COMPANY, "uscc": code})
    (letter,) = ctx.dead_letters
    assert (letter.code, letter.field) == (Code.VALUE_INVALID.value, "uscc")
    assert ends(ctx) == ["dead letter"]
