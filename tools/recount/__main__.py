"""Count the figures again: ``python -m tools.recount --help``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.recount import compare
from tools.recount.count import PLAN, Pseudonym, Recount, recount
from tools.recount.frames import Frames
from tools.recount.topics import Record, dump, dumped, records


def main(arguments: list[str] | None = None) -> int:
    """Read, count, write JSON or compare; return the exit code."""
    chosen = _parser().parse_args(arguments)
    found = dumped(chosen.file) if chosen.file is not None else records(chosen.bootstrap)
    if chosen.dump is not None:
        sys.stderr.write(f"{dump(found, chosen.dump)} records\n")
        return 0
    known = list(found)
    pseudonym = _pseudonym(chosen.keys) if chosen.keys is not None else None
    counted = recount(known, pseudonym=pseudonym, residents=chosen.residents, plan=chosen.targets)
    if chosen.compare:
        return _compare(known, counted)
    said = json.dumps(counted.counters if chosen.counters else counted.figures, indent=1, sort_keys=True)
    if chosen.out is not None:
        chosen.out.write_text(said + "\n", "utf-8")
    else:
        sys.stdout.write(said + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.recount", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--bootstrap", help="brokers to read the raw topics from: host:port")
    source.add_argument("--from", dest="file", type=Path, help="a dump to read instead (JSON lines)")
    parser.add_argument("--dump", type=Path, help="write the records there, count nothing: personal data")
    parser.add_argument("--keys", type=Path, help="key directory of the hub: to tell who was invited (T10)")
    parser.add_argument(
        "--residents", type=Path, help="CSV region,year,value,vintage beside what was published"
    )
    parser.add_argument("--targets", type=Path, default=PLAN, help="the plan's file that the hub goes by")
    parser.add_argument("--counters", action="store_true", help="counters by county instead of figures")
    parser.add_argument(
        "--compare", action="store_true", help="say what differs from the hub's counters and figures"
    )
    parser.add_argument("--out", type=Path, help="file to write; else standard output")
    return parser


def _compare(known: list[Record], counted: Recount) -> int:
    """Print what differs; return 1 if anything does."""
    frames = Frames()
    parts = compare.counted((each for each in known if each.topic == compare.PARTS), frames)
    figures = compare.published((each for each in known if each.topic == compare.PUBLISHED), frames)
    found = [
        *compare.differences(
            compare.named(counted.counters, compare.COUNTED), compare.named(parts, compare.COUNTED)
        ),
    ]
    theirs = compare.comparable(counted.figures, figures)
    facets: dict[str, float] = {}
    if figures:
        found += compare.differences(counted.figures, theirs)
        said = compare.facets((each for each in known if each.topic == compare.PUBLISHED), frames)
        facets = compare.beside(counted.facets, counted.figures, said)
        found += compare.differences(counted.facets, facets)
    for line in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(
        f"as of {counted.as_of}: {len(counted.counters)} counters, {len(theirs)} published figures, "
        f"{len(facets)} of their bounds and milestones, {len(found)} differences\n"
    )
    return int(bool(found))


def _pseudonym(folder: Path) -> Pseudonym:
    """Return the hub's pseudonyms: its key and its hash are all that is taken from it."""
    from hub.core.document import Document
    from hub.privacy.key_ring import KeyRing
    from hub.settings import Settings

    settings = Settings(key_dir=folder)
    blind = KeyRing.load(settings.key_dir, settings.cipher_suite).blind_index()

    def pseudonym(person: str) -> bytes:
        kind, _, number = person.rpartition(" ")
        if kind == "organisation":
            return blind.organisation(number)
        known = Document(
            kind or _kind(number), number, None, None, citizen=True, sure=True, contradicts=False
        )
        return blind.person(known)

    return pseudonym


def _kind(number: str) -> str:
    """Return the kind of a document that has its kind in its number."""
    if number[:2] in {"81", "82", "83"}:
        return "hmt_permit"
    return "foreign_permanent_resident" if number[0] == "9" else "resident_id"


if __name__ == "__main__":
    raise SystemExit(main())
