"""The recount itself: rows into DuckDB, figures out by SQL."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from tools.recount.days import day_of
from tools.recount.frames import Frames
from tools.recount.places import Places
from tools.recount.reading import Rows
from tools.recount.topics import Record

__all__ = ("Recount", "recount")

Pseudonym = Callable[[str], bytes]
"""Person as :mod:`tools.recount.papers` names them → what the hub's topics call them."""
_SQL: Final = Path(__file__).parent / "sql"
_STEPS: Final = ("facts", "organisations", "rules", "invitations", "counters", "figures", "weak")
_EVENTS: Final = pa.schema([
    ("n", pa.int64()), ("arrived", pa.date32()), ("topic", pa.string()), ("system", pa.string()),
    ("type", pa.string()), ("day", pa.date32()), ("verdict", pa.string()), ("moment", pa.int64()),
    ("occurred", pa.date32()), ("restrictive", pa.bool_()), ("seq", pa.int64()), ("confidential", pa.bool_()),
    ("spoken", pa.bool_()), ("person", pa.string()), ("old_person", pa.string()), ("alias", pa.string()),
    ("residence", pa.string()), ("office", pa.string()), ("name", pa.string()),
    ("accepted", pa.list_(pa.string())), ("doubtful", pa.bool_()), ("covers_s", pa.bool_()),
    ("fields", pa.string()),
])  # fmt: skip
_CHANNELS: Final = {
    "R01": "training", "R03": "training", "R14": "training", "R02": "rescue", "R04": "rescue",
    "R12": "rescue", "R08": "donation", "R11": "project",
}  # fmt: skip
"""Rule of the packaged book to the channel that its fact is; all else that an invitation names is one."""
_COUNTY: Final = 6
_UNKNOWN: Final = "unknown"
_EVERYWHERE: Final = "province"
"""In place of a county: which one it was when it happened, nobody can tell afterwards."""


class Recount(NamedTuple):
    """What was counted: figures by key, and counters by county (``unknown`` when it is not known)."""

    as_of: date
    figures: dict[str, float]
    counters: dict[str, int]
    """As the hub's sources name them: ``name|label=value|…``; those that have a county, with it."""


def recount(
    records: Iterable[Record], *, pseudonym: Pseudonym | None = None, residents: Path | None = None
) -> Recount:
    """Count everything. Without ``pseudonym`` nobody knows who was invited: no ``priority_reach``, no T10."""
    places = Places()
    rows = Rows(Frames(), places)
    events = pa.Table.from_pylist(rows.read(records), schema=_EVENTS)
    with duckdb.connect() as base:
        base.execute("SET VARIABLE as_of = ?::DATE", [rows.as_of])
        base.execute("SET VARIABLE province = '33'")
        base.execute("SET VARIABLE pseudonyms = ?::BOOLEAN", [pseudonym is not None])
        _load(base, events, rows, places, residents)
        _load_hub(base, rows, pseudonym)
        for step in _STEPS:
            base.execute((_SQL / f"{step}.sql").read_text("utf-8"))
        figures = {_key(*row[:4]): row[4] for row in base.execute("FROM figures").fetchall()}
        counters = {_counter(*row[:4]): row[4] for row in base.execute("FROM counters").fetchall()}
    return Recount(rows.as_of, figures, counters)


def _load(
    base: duckdb.DuckDBPyConnection, events: pa.Table, rows: Rows, places: Places, residents: Path | None
) -> None:
    """Load the events, the region codes, and the residents: what was published, and what a file says."""
    base.register("arrow_events", events)
    base.execute("CREATE TABLE events AS FROM arrow_events")
    said = (
        "SELECT residence FROM events UNION SELECT office FROM events "
        "UNION SELECT fields ->> 'region' FROM events"
    )
    codes = [code for (code,) in base.execute(said).fetchall() if code]
    current = [places.current(code, rows.as_of) for code in codes]
    base.execute("CREATE TABLE codes (code TEXT, current TEXT, county TEXT)")
    _insert(
        base, "codes", [(c, now, now[:_COUNTY] or _UNKNOWN) for c, now in zip(codes, current, strict=True)]
    )
    names = pa.table({"code": list(places.names), "name": list(places.names.values())})
    base.register("arrow_names", names)
    base.execute("CREATE TABLE names AS FROM arrow_names")
    base.execute(
        "CREATE TABLE population AS SELECT fields ->> 'region' AS region, (fields ->> 'year')::INT AS year, "
        "(fields ->> 'value')::BIGINT AS value, fields ->> 'vintage' AS vintage "
        "FROM events WHERE verdict = 'taken' AND type = 'population.published.v1'"
    )
    if residents is not None:
        lines = [line for line in residents.read_text("utf-8").splitlines() if line and line[0] != "#"]
        known = [(r["region"], int(r["year"]), int(r["value"]), r["vintage"]) for r in csv.DictReader(lines)]
        base.executemany("INSERT INTO population VALUES (?, ?, ?, ?)", known)


def _load_hub(base: duckdb.DuckDBPyConnection, rows: Rows, pseudonym: Pseudonym | None) -> None:
    """Load what the hub alone knows: dead letters, and what became of invitations."""
    letters = [
        (body["code"], body["topic"].split(".")[1])
        for _, body in rows.hub.get("hub.dead-letters", ())
        if body is not None and body["topic"].startswith("redcross.")
    ]
    base.execute("CREATE TABLE letters (code TEXT, system TEXT)")
    _insert(base, "letters", letters)
    told = [
        (body["invitation_id"], body["change"], body["rule_ids"][0], body["kind"], body["priority"],
         day_of(body["tick"]), date(1970, 1, 1) + timedelta(days=body["issued_on"]), body["person"].hex())
        for _, body in rows.hub.get("hub.invitations", ())
        if body is not None
    ]  # fmt: skip
    base.execute(
        "CREATE TABLE told_changes (id TEXT, change TEXT, rule TEXT, kind TEXT, priority INT, "
        "day DATE, issued_on DATE, pseudonym TEXT)"
    )
    _insert(base, "told_changes", told)
    decided = [
        (n, body["person"].hex(), day_of(body["tick"]), bool(body["rules"]), body["change"] == "issued")
        for n, (_, body) in enumerate(rows.hub.get("hub.decisions", ()))
        if body is not None
    ]
    base.execute(
        "CREATE TABLE decisions (n BIGINT, pseudonym TEXT, day DATE, qualifies BOOLEAN, issues BOOLEAN)"
    )
    _insert(base, "decisions", decided)
    base.execute("CREATE TABLE channels (rule TEXT, channel TEXT)")
    _insert(base, "channels", list(_CHANNELS.items()))
    names = base.execute("SELECT DISTINCT person FROM events WHERE person IS NOT NULL").fetchall()
    known = [(name, pseudonym(name).hex()) for (name,) in names] if pseudonym is not None else []
    base.execute("CREATE TABLE pseudonyms (who TEXT, pseudonym TEXT)")
    _insert(base, "pseudonyms", known)


def _insert(base: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        columns = [name for name, *_ in base.execute(f"DESCRIBE {table}").fetchall()]
        data = pa.table({name: [row[at] for row in rows] for at, name in enumerate(columns)})
        base.register("arrow_rows", data)
        base.execute(f"INSERT INTO {table} FROM arrow_rows")
        base.unregister("arrow_rows")


def _key(figure: str, labels: str, period: str, region: str) -> str:
    """Return a figure's key on ``hub.statistics``."""
    rest = [labels, f"period={period}" if period else "", f"region={region}" if region else ""]
    return "|".join([figure, *filter(None, rest)])


def _counter(figure: str, labels: str, period: str, county: str | None) -> str:
    """Return a counter's name on ``hub.statistics.parts``."""
    found = labels.split("|") if labels else []
    if period:
        name = "session" if figure == "candidates" else {10: "day"}.get(len(period), "month")
        found.append(f"{name}={period}")
    if county not in {None, _EVERYWHERE}:
        found.append(f"county={county}")
    return "|".join([figure, *sorted(found)])
