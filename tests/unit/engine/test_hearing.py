"""Whether a client still knows a broker, by librdkafka's statistics."""

from __future__ import annotations

import json

import pytest

from hub.engine.hearing import DeafError, Hearing

_REPORTS = 3


def statistics(*sources: str) -> str:
    """Return what librdkafka tells, shortened: brokers of these sources."""
    brokers = {
        f"broker {number}": {"source": source, "state": "INIT"} for number, source in enumerate(sources)
    }
    return json.dumps(
        {"name": "hub#consumer-1", "brokers": brokers, "topics": {"hub.facts": {"partitions": {}}}}
    )


@pytest.mark.parametrize(
    "sources", [(), ("logical",), ("logical", "internal")], ids=["none", "own", "both own"]
)
def test_a_client_without_brokers_is_deaf(sources: tuple[str, ...]) -> None:
    """A client that knows no broker but librdkafka's own, report after report, is deaf."""
    hearing = Hearing()
    told = hearing.of("main")
    for _ in range(_REPORTS - 1):
        told(statistics(*sources))
    hearing.check()
    told(statistics(*sources))
    with pytest.raises(DeafError) as caught:
        hearing.check()
    assert caught.value.where == "main"


@pytest.mark.parametrize("source", ["learned", "configured"])
def test_a_broker_that_is_down_is_known(source: str) -> None:
    """As long as one broker is known, however it is, and one report says so, nobody is deaf."""
    hearing = Hearing()
    told = hearing.of("main")
    for _ in range(_REPORTS):
        told(statistics("logical"))
        told(statistics("logical", source))
        hearing.check()


def test_clients_are_judged_apart() -> None:
    """One client that hears does not speak for another that does not."""
    hearing = Hearing()
    main, tables = hearing.of("main"), hearing.of("broadcast")
    for _ in range(_REPORTS):
        tables(statistics())
        main(statistics("learned"))
    with pytest.raises(DeafError, match="broadcast"):
        hearing.check()
