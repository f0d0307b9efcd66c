"""Activating a rule book on a real broker."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub import contracts, kafka, packaged, topics
from hub.cli.main import app
from hub.engine.tail import read_all
from hub.rules.book import load
from hub.settings import Settings


def active(settings: Settings) -> dict[str, Any]:
    """Return the newest record under the key ``active``."""
    newest = dict(read_all(settings, topics.RULES))[b"active"]
    assert newest is not None
    return contracts.codec().decode(newest)[1]


def test_an_activated_book_is_what_workers_will_read(fresh_topics: Settings) -> None:
    """The packaged book is published whole, under one key, with who and why; it loads again."""
    arguments = ["rules", "activate", "zhejiang-2022", "--author", "rules officer", "--reason", "PIA 2022-03"]
    result = CliRunner().invoke(app, [*arguments, "--json", "--bootstrap", fresh_topics.bootstrap_servers])
    assert result.exit_code == 0, result.stderr
    record = active(fresh_topics)
    assert (record["author"], record["reason"]) == ("rules officer", "PIA 2022-03")
    assert record["digest"] == hashlib.sha256(record["text"].encode()).hexdigest()
    assert json.loads(result.stdout)["digest"] == record["digest"]
    edition = f"{record['book_id']}@{record['version']}"
    assert load(record["text"], file="hub.rules").edition == edition == "zhejiang-2022@2"


def test_without_topics_nothing_is_published(settings: Settings, empty_broker: object) -> None:
    """A missing topic is an error that names the command which makes it, not a topic with wrong settings."""
    assert empty_broker is not None
    arguments = ["rules", "activate", "zhejiang-2022", "--author", "a", "--reason", "b"]
    result = CliRunner().invoke(app, [*arguments, "--bootstrap", settings.bootstrap_servers])
    assert (result.exit_code, "hub topics ensure" in result.stderr) == (3, True)


class Desk:
    """Runs ``hub rules`` on a broker."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        """Keep drafts in a directory."""
        self.settings = settings
        self._directory = directory

    def run(self, *arguments: str) -> Result:
        """Run a command."""
        words = ["rules", *arguments, "--bootstrap", self.settings.bootstrap_servers]
        return CliRunner().invoke(app, words, env={"HUB_GROUP": self.settings.group})

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed, and return its document."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def activate(self, book: str, *more: str) -> Result:
        """Activate a book."""
        return self.run("activate", book, "--author", "rules officer", "--reason", "PIA 2022-03", *more)

    def draft(self, version: int, old: str = "", new: str = "") -> str:
        """Write the packaged book with another version, and something that it says differently."""
        text = packaged.read_text("rules/books/zhejiang-2022.yaml")
        assert old in text
        path = self._directory / f"draft-{version}-{len(new)}.yaml"
        text = text.replace(old, new, 1) if new else text
        path.write_text(text.replace("\nversion: 2\n", f"\nversion: {version}\n"), encoding="utf-8")
        return str(path)


@pytest.fixture
def desk(fresh_topics: Settings, tmp_path: Path) -> Desk:
    """Return a broker on which the packaged book is active."""
    made = Desk(fresh_topics, tmp_path)
    assert made.activate("zhejiang-2022").exit_code == 0
    return made


def test_history_keeps_every_activation_and_leads_back(desk: Desk) -> None:
    """By whom, why and which text, of books that are active no more too; a rollback is an activation."""
    draft = desk.draft(3, "zh: 持有有效救护员证", "zh: 救护员证在有效期内")
    assert desk.activate(draft).exit_code == 0
    back = desk.json("rollback", "--author", "duty officer", "--reason", "ticket 88")
    assert "text" not in back
    found = desk.json("history")
    editions = ["zhejiang-2022@2", "zhejiang-2022@3", "zhejiang-2022@2"]
    assert [each["edition"] for each in found["activations"]] == editions
    first, last = found["activations"][0], found["activations"][-1]
    assert (first["author"], last["author"]) == ("rules officer", "duty officer")
    assert last["digest"] == first["digest"]
    assert last["reason"].startswith("back to zhejiang-2022@2, of ")
    assert last["reason"].endswith(": ticket 88")
    assert (last["tasks"], last["waiting"], found["trial"]) == ([], 8, None), "nothing runs"
    assert active(desk.settings)["digest"] == first["digest"]
    assert desk.run("rollback", "--to", "zhejiang-2022@2", "--author", "a", "--reason", "b").exit_code == 2
    shown = desk.run("history", "--tasks").stdout
    assert shown.count("rules officer") == 2
    (changed,) = [each for each in desk.json("diff", *editions[:2]) if each["section"] == "rule"]
    assert (changed["id"], [each["field"] for each in changed["changes"]]) == ("R01", ["title.zh"])
    assert "- 持有有效救护员证" in desk.run("diff", "zhejiang-2022@2", draft).stdout
    assert desk.run("diff", "zhejiang-2022@2", "zhejiang-2022@7").exit_code == 2


def test_a_rollback_runs_the_cases(desk: Desk, tmp_path: Path) -> None:
    """Those of a packaged book, or those that are given; when one fails the active book stays."""
    assert desk.activate(desk.draft(3)).exit_code == 0
    cases = packaged.read_text("rules/books/zhejiang-2022.cases.yaml")
    wrong = tmp_path / "wrong.cases.yaml"
    assert "outcome: stop" in cases
    wrong.write_text(cases.replace("outcome: stop", "outcome: none", 1), encoding="utf-8")
    back = ("rollback", "--author", "duty officer", "--reason", "ticket 88")
    refused = desk.run(*back, "--cases", str(wrong))
    assert (refused.exit_code, "nothing was published" in refused.stderr) == (1, True)
    assert "1 of " in refused.stderr
    assert active(desk.settings)["version"] == 3
    assert "zhejiang-2022@2 is active again, " in (said := desk.run(*back).stdout)
    assert "cases passed" in said
    assert "no cases of it are at hand" in desk.run(*back, "--to", "zhejiang-2022@3").stdout


def test_one_edition_has_one_text(desk: Desk) -> None:
    """Another text under a version that was active is refused, not published; the same text is not."""
    result = desk.activate(desk.draft(2, "zh: 持有有效救护员证", "zh: 救护员证在有效期内"))
    assert (result.exit_code, "raise the book's version" in result.stderr) == (2, True)
    assert desk.activate("zhejiang-2022").exit_code == 0
    assert len({each["digest"] for each in desk.json("history")["activations"]}) == 1


def test_a_preview_is_published_with_its_book(desk: Desk, tmp_path: Path) -> None:
    """Its numbers stand in the history; one of another text stops the activation."""
    text = packaged.read_text("rules/books/zhejiang-2022.yaml")
    counts = {"more": 1, "fewer": 2, "raised": 3, "withdrawn": 4, "unchanged": 5}
    document = {"book": hashlib.sha256(text.encode()).hexdigest(), "against": "live-state", "counts": counts}
    file = tmp_path / "preview.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert desk.activate("zhejiang-2022", "--preview", str(file)).exit_code == 0
    newest = desk.json("history")["activations"][-1]
    assert newest["preview"] == {"against": "live-state", **counts}
    assert "withdrawn 4" in " ".join(desk.run("history").stdout.split())
    refused = desk.activate(desk.draft(3), "--preview", str(file))
    assert (refused.exit_code, "of another text" in refused.stderr) == (2, True)
    assert len(desk.json("history")["activations"]) == 2
    assert desk.activate("zhejiang-2022", "--preview", "nowhere.json").exit_code == 2


def test_a_trial_begins_and_ends(desk: Desk) -> None:
    """It is told with the history, has no report before it met somebody, and cannot end twice."""
    words = ("--author", "me", "--reason", "ticket 88")
    assert desk.run("shadow", desk.draft(9)).exit_code == 2, "nobody says who, nor why"
    begun = desk.json("shadow", desk.draft(9), *words)
    assert desk.json("history")["trial"]["digest"] == begun["digest"]
    assert "zhejiang-2022@9 is on trial" in desk.run("history").stdout
    assert active(desk.settings)["version"] == 2
    unmet = desk.run("shadow", "--report")
    assert (unmet.exit_code, "no trial has met anybody yet" in unmet.stderr) == (2, True)
    assert desk.run("shadow", "--stop").exit_code == 0
    assert desk.json("history")["trial"] is None
    assert desk.run("shadow", "--stop").exit_code == 2
    assert desk.run("shadow", "--stop", "--report").exit_code == 2


def test_a_report_adds_up_what_was_counted(desk: Desk) -> None:
    """The table has a row per rule, and the whole book first."""
    producer, codec = kafka.producer(desk.settings), contracts.codec()
    for rule, origin, value in (("all", "m/f/0", 3), ("all", "m/f/1", 4), ("R01", "m/f/0", 2)):
        counter = f"shadow|book=b@9|rule={rule}|run=7|verdict=would_not"
        part = {"counter": counter, "origin": origin, "epoch": 1, "version": 1, "value": value}
        said = codec.encode("hub.counter_part", {**part, "kind": "stock", "tick": 0})
        producer.produce(topics.PARTS, said, f"{counter}@{origin}".encode())
    assert producer.flush(30) == 0
    found = desk.json("shadow", "--report")
    assert (found["book"], list(found["rules"])) == ("b@9", ["all", "R01"])
    assert [each["would_not"] for each in found["rules"].values()] == [7, 2]
    assert "b@9" in desk.run("shadow", "--report").stdout
