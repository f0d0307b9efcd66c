"""The recount itself: rows into DuckDB, figures out by SQL."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa
import yaml

from tools.recount.days import day_of
from tools.recount.frames import Frames
from tools.recount.places import Places
from tools.recount.reading import CONFIDENTIAL, Rows
from tools.recount.topics import Record

__all__ = ("PLAN", "Recount", "recount")

Pseudonym = Callable[[str], bytes]
"""Person as :mod:`tools.recount.papers` names them → what the hub's topics call them."""
_SQL: Final = Path(__file__).parent / "sql"
PLAN: Final = Path(__file__).parents[2] / "hub" / "rules" / "targets" / "zhejiang-2022.yaml"
"""The packaged plan."""
_STEPS: Final = (
    "facts", "reviews", "organisations", "rules", "homes", "invitations", "counters", "figures", "plan",
    "weak",
)  # fmt: skip
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


class Recount(NamedTuple):
    """What was counted: figures by key, and counters by county (``unknown`` when it is not known)."""

    as_of: date
    figures: dict[str, float]
    counters: dict[str, int]
    """As the hub's sources name them: ``name|label=value|…``; those that have a county, with it."""
    facets: dict[str, float]
    """What stands beside figures: ``key facet``, of low, high, target, milestone and on_track (0 or 1)."""


def recount(
    records: Iterable[Record],
    *,
    pseudonym: Pseudonym | None = None,
    residents: Path | None = None,
    plan: Path = PLAN,
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
        _load_told(base, rows)
        _load_plan(base, plan)
        for step in _STEPS:
            base.execute((_SQL / f"{step}.sql").read_text("utf-8"))
            if step == "homes":
                _place(base, places)
        figures = {_key(*row[:4]): row[4] for row in base.execute("FROM figures").fetchall()}
        counters = {_counter(*row[:4]): row[4] for row in base.execute("FROM counters").fetchall()}
        facets = {f"{_key(*row[1:5])} {row[0]}": row[5] for row in base.execute("FROM facets").fetchall()}
    return Recount(rows.as_of, figures, counters, facets)


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
        (body["code"], body["topic"].split(".")[1], day_of(body["at"]))
        for _, body in rows.hub.get("hub.dead-letters", ())
        if body is not None and body["topic"].startswith("redcross.")
    ]
    base.execute("CREATE TABLE letters (code TEXT, system TEXT, arrived DATE)")
    _insert(base, "letters", letters)
    told = [
        (n, body["invitation_id"], body["change"], body["status"], body["rule_ids"][0], body["kind"],
         body["priority"], day_of(body["tick"]), date(1970, 1, 1) + timedelta(days=body["issued_on"]),
         body["person"].hex())
        for n, (_, body) in enumerate(rows.hub.get("hub.invitations", ()))
        if body is not None
    ]  # fmt: skip
    base.execute(
        "CREATE TABLE told_changes (n BIGINT, id TEXT, change TEXT, status TEXT, rule TEXT, kind TEXT, "
        "priority INT, day DATE, issued_on DATE, pseudonym TEXT)"
    )
    _insert(base, "told_changes", told)
    decided = [
        (n, body["person"].hex(), day_of(body["tick"]), bool(body["rules"]), body["change"] == "issued",
         body["code"])
        for n, (_, body) in enumerate(rows.hub.get("hub.decisions", ()))
        if body is not None
    ]  # fmt: skip
    base.execute(
        "CREATE TABLE decisions (n BIGINT, pseudonym TEXT, day DATE, qualifies BOOLEAN, issues BOOLEAN, "
        "code TEXT)"
    )
    _insert(base, "decisions", decided)
    base.execute("CREATE TABLE channels (rule TEXT, channel TEXT)")
    _insert(base, "channels", list(_CHANNELS.items()))
    names = base.execute("SELECT DISTINCT person FROM events WHERE person IS NOT NULL").fetchall()
    known = [(name, pseudonym(name).hex()) for (name,) in names] if pseudonym is not None else []
    base.execute("CREATE TABLE pseudonyms (who TEXT, pseudonym TEXT)")
    _insert(base, "pseudonyms", known)


def _load_told(base: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Load up to which day the published figures tell of each system of class s.

    Where nothing was published, they are counted whole.
    """
    published = [body for _, body in rows.hub.get("hub.statistics", ()) if body is not None]
    told = dict.fromkeys(CONFIDENTIAL, date.max if not published else date.min)
    for body in published:
        system = body["labels"].partition("system=")[2].partition("|")[0]
        if body["figure"] == "flow.received" and system in told:
            told[system] = max(told[system], day_of(body["as_of"]))
    base.execute("CREATE TABLE told_until (system TEXT, day DATE)")
    _insert(base, "told_until", list(told.items()))


def _load_plan(base: duckdb.DuckDBPyConnection, plan: Path) -> None:
    """Load what the plan's file asks for: goal, what (target, baseline, milestone, schools), region, year."""
    written = yaml.safe_load(plan.read_text("utf-8"))
    for name in ("starts", "ends"):
        base.execute(f"SET VARIABLE {name} = ?::DATE", [str(written[name])])
    asked: list[tuple[str, str, str | None, int | None, float | None]] = []
    for goal, said in written["goals"].items():
        asked.append((goal, "target", None, None, said.get("target")))
        asked += [(goal, "baseline", region, None, n) for region, n in said.get("baselines", {}).items()]
        for region, years in said.get("milestones", {}).items():
            asked += [(goal, "milestone", region, int(year), n) for year, n in years.items()]
    for name, known in written.get("classes", {}).items():
        asked += [(f"T6/{name}", "baseline", region, None, n) for region, n in known.items()]
    asked += [("", "schools", region, None, n) for region, n in written.get("schools", {}).items()]
    base.execute("CREATE TABLE asked (goal TEXT, what TEXT, region TEXT, year INT, value DOUBLE)")
    base.executemany("INSERT INTO asked VALUES (?, ?, ?, ?, ?)", [row for row in asked if row[4] is not None])


def _place(base: duckdb.DuckDBPyConnection, places: Places) -> None:
    """Say in which county somebody lived on a day, by the region codes of that day."""
    found = base.execute("SELECT who, on_day, code FROM whereabouts WHERE code IS NOT NULL").fetchall()
    counties = [(who, day, places.current(code, day)[:_COUNTY] or _UNKNOWN) for who, day, code in found]
    _insert(base, "lived", counties)


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
    if county is not None:
        found.append(f"county={county}")
    return "|".join([figure, *sorted(found)])
