"""The life of a task: one case per line of docs/matching.md, "Tasks"."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import matching, task
from hub.core.organisation import Directory
from hub.core.task import Settled, Task
from tests.unit.core.asking import CANDIDACY, OTHER, AskingBook, dissolve, society
from tests.unit.core.people import PARTY, TODAY, VILLAGE, organisation, somebody, tables

KEY = b""
"""The key that the tests' candidacy has."""
SESSION = TODAY + 60
DUE = SESSION - 14
ADMISSION = Task(
    id="admission//1", kind="admission", key=KEY, number=1, status="open", organisation="SOC", target="",
    rule="F10", due_on=DUE, session_on=SESSION, term="7", council="SOC", book="fake@1",
)  # fmt: skip
LATE = replace(ADMISSION, status="escalated", escalated_to="CITY")
BLOCKED = replace(ADMISSION, status="blocked", organisation="", blocked_by="review")
REVIEWED = {"party": {**PARTY, "conflicts": ["ID_REUSED"]}}
TRANSFER = Task(
    id="transfer//1", kind="transfer", key=b"", number=1, status="open", organisation="SOC9", target="SOC",
    rule="F18", book="fake@1",
)  # fmt: skip
MEMBER = {"status": "member", "organisation": "SOC9"}
HOME = {"status": "member", "organisation": "SOC"}


def settled(
    tasks: tuple[Task, ...], kinds: dict[str, Any], today: int = TODAY, known: Directory | None = None
) -> Settled:
    """Settle the tasks of somebody who has nothing but what is given."""
    directory = known if known is not None else society()
    state = somebody(**{"certificate": None, **kinds})
    eligible = matching.evaluate(state, tables(directory, AskingBook()), today, running=False)
    scene = task.Scene(
        eligible, AskingBook(), directory, today, lambda kind, key, number: f"{kind}/{key.hex()}/{number}"
    )
    return task.settle(tasks, scene)


def changed(tasks: tuple[Task, ...], kinds: dict[str, Any], today: int = TODAY, **more: Any) -> Any:
    """Return the one change, or None."""
    changes = settled(tasks, kinds, today, **more).changes
    assert len(changes) <= 1
    return changes[0] if changes else None


def nominated(**other: Any) -> dict[str, Any]:
    """Return a nomination with some fields changed."""
    return {"candidacy": {**CANDIDACY, **other}}


GONE = {"deceased_on": TODAY}


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param({}, id="nobody asks"),
        pytest.param(nominated(status="withdrawn"), id="withdrawn"),
        pytest.param(nominated(session_on=TODAY - 1), id="the session was held"),
        pytest.param({**nominated(), "membership": HOME}, id="a member"),
        pytest.param({**nominated(session_on=TODAY - 1), **REVIEWED}, id="was held, and barred"),
        pytest.param({**nominated(), **REVIEWED, "membership": HOME}, id="a member under review"),
        pytest.param({"membership": HOME}, id="a member at home"),
        pytest.param({"membership": {**MEMBER, "status": "lapsed"}}, id="a former member elsewhere"),
        pytest.param({"membership": MEMBER, "party": {**PARTY, **GONE}}, id="a member who died"),
    ],
)
def test_nothing_is_asked(kinds: dict[str, Any]) -> None:
    """A task needs its rule and somebody it makes sense for; a transfer, nothing that bars it."""
    assert settled((), kinds) == task.NOTHING


BARS = [
    pytest.param({**PARTY, **GONE}, "deceased", id="deceased"),
    pytest.param({**PARTY, "erasure_on": TODAY}, "erasure", id="to be erased"),
    pytest.param({**PARTY, "citizen": False}, "not_citizen", id="not a citizen"),
    pytest.param({**PARTY, "superseded_on": TODAY}, "review", id="superseded"),
    pytest.param({**PARTY, "conflicts": ["ID_REUSED"]}, "review", id="under review"),
    pytest.param({**PARTY, "name_forms": ["aa", "bb"]}, "review", id="two names"),
    pytest.param({**PARTY, **GONE, "citizen": False}, "deceased", id="the first that applies"),
]


@pytest.mark.parametrize(("party", "code"), BARS)
@pytest.mark.parametrize("today", [TODAY, DUE + 1], ids=["in time", "late"])
def test_a_candidate_on_whom_nobody_may_act_is_blocked(party: Any, code: str, today: int) -> None:
    """The candidate is there with the reason and the session, at no organisation, and goes to nobody."""
    change = changed((), {**nominated(), "party": party}, today)
    assert change.task == replace(BLOCKED, blocked_by=code)
    assert (change.change, change.rule, change.handed) == ("blocked", None, False)
    assert (change.task.open, change.task.running) == (False, True)


@pytest.mark.parametrize(("party", "code"), BARS)
@pytest.mark.parametrize("last", [ADMISSION, LATE], ids=["open", "escalated"])
def test_an_open_admission_is_blocked(party: Any, code: str, last: Task) -> None:
    """Whoever acts is told to stop; it is the same task, and no escalation is kept."""
    change = changed((last,), {**nominated(), "party": party})
    assert change.task == replace(BLOCKED, blocked_by=code, revision=1)
    assert (change.change, change.rule, change.handed) == ("blocked", None, False)


@pytest.mark.parametrize(
    ("kinds", "today", "change", "task_"),
    [
        pytest.param({**nominated(), **REVIEWED}, DUE + 1, None, None, id="time escalates nothing"),
        pytest.param(
            {**nominated(term="8"), **REVIEWED}, TODAY, "revised", replace(BLOCKED, term="8"), id="term"
        ),
        pytest.param(
            {**nominated(), "party": {**PARTY, "citizen": False}}, TODAY, "blocked",
            replace(BLOCKED, blocked_by="not_citizen"), id="another reason",
        ),
        pytest.param(nominated(), TODAY, "opened", ADMISSION, id="free in time"),
        pytest.param(nominated(), DUE + 1, "opened", LATE, id="free too late"),
        pytest.param(
            {**nominated(), **REVIEWED, "membership": HOME}, TODAY, "done", replace(BLOCKED, status="done"),
            id="a member",
        ),
        pytest.param(
            {**nominated(status="withdrawn"), **REVIEWED}, TODAY, "cancelled",
            replace(BLOCKED, status="cancelled"), id="withdrawn",
        ),
        pytest.param(
            {**nominated(), **REVIEWED}, SESSION + 1, "missed", replace(BLOCKED, status="missed"), id="held"
        ),
    ],
)  # fmt: skip
def test_a_blocked_admission_moves_on(
    kinds: dict[str, Any], today: int, change: str | None, task_: Task | None
) -> None:
    """It ends like any other; once nothing bars it, it is opened, and then somebody is told."""
    found = changed((BLOCKED,), kinds, today)
    assert (found.change if found else None) == change
    if task_ is not None:
        assert found.task == replace(task_, revision=1)
        assert found.handed == (change == "opened")


def test_a_candidate_opens_an_admission() -> None:
    """The council's organisation is asked, two weeks before the session at the latest."""
    change = changed((), nominated())
    assert change.task == ADMISSION
    assert (change.change, change.rule.id, change.handed) == ("opened", "F10", True)


@pytest.mark.parametrize(
    ("today", "status", "above"),
    [
        pytest.param(DUE, "open", None, id="on the last day in time"),
        pytest.param(DUE + 1, "escalated", "CITY", id="too late already"),
        pytest.param(SESSION, "escalated", "CITY", id="on the day of the session"),
    ],
)
def test_opened_late_is_opened_escalated(today: int, status: str, above: str | None) -> None:
    """One record says both."""
    change = changed((), nominated(), today)
    assert (change.change, change.task.status, change.task.escalated_to) == ("opened", status, above)


def test_a_member_who_moved_opens_a_transfer() -> None:
    """Their organisation is asked to hand them over; there is no day by which."""
    change = changed((), {"membership": MEMBER})
    assert change.task == TRANSFER
    assert (change.change, change.rule.id, change.handed) == ("opened", "F18", True)


def test_who_is_no_more_hands_over_nothing() -> None:
    """A body that was dissolved cannot act: the one that takes in does."""
    change = changed((), {"membership": MEMBER}, known=dissolve(society(), "SOC9"))
    assert (change.task.organisation, change.task.target) == ("SOC", "SOC")


@pytest.mark.parametrize(
    ("kinds", "today", "last", "change"),
    [
        pytest.param(nominated(), TODAY, ADMISSION, None, id="nothing new"),
        pytest.param({**nominated(), "membership": HOME}, TODAY, ADMISSION, "done", id="1 a member"),
        pytest.param({**nominated(), "membership": HOME}, TODAY, LATE, "done", id="1 after escalation"),
        pytest.param(
            {**nominated(), "membership": HOME, "party": {**PARTY, **GONE}},
            TODAY,
            ADMISSION,
            "done",
            id="1 before 5",
        ),
        pytest.param(
            {**nominated(), "party": {**PARTY, **GONE}}, TODAY, ADMISSION, "blocked", id="5 deceased"
        ),
        pytest.param(
            {**nominated(), "party": {**PARTY, "citizen": False}},
            TODAY,
            ADMISSION,
            "blocked",
            id="5 not a citizen",
        ),
        pytest.param(
            {**nominated(), "party": {**PARTY, "name_forms": ["aa", "bb"]}},
            TODAY,
            LATE,
            "blocked",
            id="5 under review",
        ),
        pytest.param(nominated(status="withdrawn"), TODAY, ADMISSION, "cancelled", id="2 withdrawn"),
        pytest.param(nominated(status="withdrawn"), SESSION + 1, LATE, "cancelled", id="2 before 3"),
        pytest.param(nominated(), SESSION, LATE, None, id="3 not on the day itself"),
        pytest.param(nominated(), SESSION + 1, LATE, "missed", id="3 the session was held"),
        pytest.param(nominated(session_on=TODAY - 1), TODAY, ADMISSION, "missed", id="3 was held earlier"),
        pytest.param(
            {**nominated(), "party": {**PARTY, **GONE}}, SESSION + 1, LATE, "missed", id="3 before 5"
        ),
        pytest.param(nominated(), DUE, ADMISSION, None, id="7 not on the last day in time"),
        pytest.param(nominated(), DUE + 1, ADMISSION, "escalated", id="7 the day after"),
        pytest.param(nominated(), DUE + 1, LATE, None, id="7 once"),
        pytest.param(nominated(council_org="CITY"), TODAY, ADMISSION, "redirected", id="8 another council"),
        pytest.param(
            nominated(session_on=SESSION + 5), TODAY, ADMISSION, "revised", id="9 the session moved"
        ),
        pytest.param(nominated(term="8"), TODAY, LATE, "revised", id="9 another term"),
        pytest.param({"membership": MEMBER}, TODAY, TRANSFER, None, id="transfer: nothing new"),
        pytest.param(
            {"membership": {**MEMBER, "status": "resigned"}}, TODAY, TRANSFER, "cancelled", id="1 resigned"
        ),
        pytest.param(
            {"membership": MEMBER, "party": {**PARTY, **GONE}}, TODAY, TRANSFER, "cancelled", id="1 died"
        ),
        pytest.param({"membership": HOME}, TODAY, TRANSFER, "done", id="2 handed over"),
        pytest.param(
            {"membership": MEMBER, "party": {**PARTY, "residence": OTHER}},
            TODAY,
            TRANSFER,
            "done",
            id="2 back",
        ),
        pytest.param(
            {"membership": MEMBER, "party": {**PARTY, "residence": "330110"}},
            TODAY,
            TRANSFER,
            "cancelled",
            id="2 nobody to hand over to",
        ),
        pytest.param(
            {"membership": {**MEMBER, "organisation": "UNIT"}}, TODAY, TRANSFER, "redirected", id="3 who acts"
        ),
    ],
)
def test_the_first_that_applies(kinds: dict[str, Any], today: int, last: Task, change: str | None) -> None:
    """An open task moves as the page says, one change at a time."""
    known = society(UNIT=organisation("company", "330281"))
    found = changed((last,), kinds, today, known=known)
    assert (found.change if found is not None else None) == change


def test_another_target_redirects() -> None:
    """A nearer organisation opens: the member goes there, who acts stays and is told nothing anew."""
    change = changed(
        (TRANSFER,), {"membership": MEMBER}, known=society(VILL=organisation("village", VILLAGE))
    )
    assert (change.change, change.handed) == ("redirected", False)
    assert change.task == replace(TRANSFER, target="VILL", revision=1)


def test_an_escalation_names_who_is_above() -> None:
    """The superior of that day, and it is kept."""
    change = changed((ADMISSION,), nominated(), DUE + 1)
    assert change.task == replace(LATE, revision=1)
    later = settled((change.task,), nominated(), DUE + 2, known=dissolve(society(), "CITY"))
    assert later.changes == ()
    assert changed((ADMISSION,), nominated(), DUE + 1, known=dissolve(society(), "CITY", "PROV")).task == (
        replace(LATE, escalated_to=None, revision=1)
    )


def test_all_new_values_stand_in_one_record() -> None:
    """7, 8 and 9 in one evaluation: the first name, every value."""
    change = changed((ADMISSION,), nominated(council_org="SOC9", session_on=TODAY + 3, term="8"))
    assert (change.change, change.handed) == ("escalated", True)
    assert change.task == replace(
        ADMISSION, status="escalated", escalated_to="CITY", organisation="SOC9", session_on=TODAY + 3,
        due_on=TODAY - 11, term="8", council="SOC9", revision=1,
    )  # fmt: skip


def test_a_moved_session_does_not_take_an_escalation_back() -> None:
    """Escalated stays escalated."""
    change = changed((LATE,), nominated(session_on=SESSION + 300), DUE + 1)
    assert (change.change, change.task.status, change.task.escalated_to) == ("revised", "escalated", "CITY")


def test_a_council_whose_society_is_gone_is_stood_in_for() -> None:
    """Its superior acts, and goes on acting while it can; the council's own comes first again."""
    known = dissolve(society(), "SOC")
    change = changed((ADMISSION,), nominated(), known=known)
    assert (change.change, change.task.organisation, change.handed) == ("redirected", "CITY", True)
    stands = replace(ADMISSION, organisation="PROV")
    assert settled((stands,), nominated(), known=known).changes == (), "PROV acts already"
    assert changed((stands,), nominated()).task.organisation == "SOC"


def test_without_anybody_to_act_a_task_waits() -> None:
    """It is blocked, open before or not, and remembered to be looked at again."""
    nobody, alone = Directory(), replace(BLOCKED, blocked_by="no_organisation")
    assert settled((), nominated(), known=nobody).tasks == (alone,)
    found = settled((ADMISSION,), nominated(), known=nobody)
    assert ([each.change for each in found.changes], found.waiting) == (["blocked"], True)
    assert settled((alone,), nominated(), known=nobody) == Settled((alone,), (), waiting=True)
    assert not settled((), {**nominated(), **REVIEWED}, known=nobody).waiting, (
        "an organisation would not help"
    )
    assert not settled((), {**nominated(), "membership": HOME}, known=nobody).waiting


def test_after_an_end_another_number() -> None:
    """Nominated again: a new task of the same candidacy, with another id."""
    ended = replace(ADMISSION, status="cancelled", revision=1)
    change = changed((ended,), nominated())
    assert (change.change, change.task) == ("opened", replace(ADMISSION, id="admission//2", number=2))
    assert settled((ended,), nominated()).tasks == (change.task,), "one is remembered per candidacy"


def test_an_end_keeps_what_it_ended_with() -> None:
    """Only the status and the record's number change, and nobody is told who it was about."""
    change = changed((LATE,), {**nominated(term="9"), "membership": HOME})
    assert change.task == replace(LATE, status="done", revision=1)
    assert (change.rule, change.handed, change.task.open) == (None, False, False)


def test_several_tasks_come_in_order() -> None:
    """Admissions by the key of their candidacy, then the transfer."""
    state = somebody(certificate=None, membership={**MEMBER, "status": "lapsed"})
    state.facts["candidacy"] = [{**CANDIDACY, "key": b"a"}, {**CANDIDACY, "key": b"b", "council_org": "CITY"}]
    directory = society()
    eligible = matching.evaluate(state, tables(directory, AskingBook()), TODAY, running=False)
    scene = task.Scene(eligible, AskingBook(), directory, TODAY, lambda *asked: repr(asked))
    found = task.settle((TRANSFER,), scene)
    assert [(each.change, each.task.kind, each.task.key) for each in found.changes] == [
        ("opened", "admission", b"a"),
        ("opened", "admission", b"b"),
        ("cancelled", "transfer", b""),
    ]
    assert [each.organisation for each in found.tasks] == ["SOC9", "SOC", "CITY"]


class QuietBook(AskingBook):
    """The next edition, which asks for nothing."""

    def task_hits(self, facts: Any, today: int) -> tuple[Any, ...]:
        """Return no hit."""
        return ()


@pytest.mark.parametrize(
    ("known", "before", "kinds", "cause"),
    [
        pytest.param(ADMISSION, AskingBook(), nominated(), "rule_withdrawn", id="admission"),
        pytest.param(BLOCKED, AskingBook(), nominated(), "rule_withdrawn", id="blocked"),
        pytest.param(TRANSFER, AskingBook(), {"membership": MEMBER}, "rule_withdrawn", id="transfer"),
        pytest.param(ADMISSION, QuietBook(), nominated(), "", id="the rules before did not ask either"),
        pytest.param(ADMISSION, None, nominated(), "", id="a book that is not read any more"),
        pytest.param(ADMISSION, AskingBook(), nominated(status="withdrawn"), "", id="not nominated"),
        pytest.param(replace(ADMISSION, book="fake@2"), AskingBook(), nominated(), "", id="the same book"),
    ],
)
def test_a_task_of_a_withdrawn_rule_says_so(
    known: Task, before: AskingBook | None, kinds: dict[str, Any], cause: str
) -> None:
    """Cancelled is what the rules as they were would ask for still, and nothing else names that cause."""
    directory, book = society(), QuietBook(id="fake@2")
    state = somebody(**{"certificate": None, **kinds})
    eligible = matching.evaluate(state, tables(directory, book), TODAY, running=False)
    scene = task.Scene(
        eligible,
        book,
        directory,
        TODAY,
        lambda *_: "",
        earlier={"fake@1": before}.get,
    )
    (change,) = task.settle((known,), scene).changes
    assert (change.change, change.cause) == ("cancelled", cause)


def test_a_task_that_runs_rests_on_the_newest_book() -> None:
    """Whatever asked for it first; nothing is told of that, and what has ended keeps its own."""
    directory, ended = society(), replace(TRANSFER, status="done", book="fake@0")
    state = somebody(certificate=None, **nominated())
    eligible = matching.evaluate(state, tables(directory, AskingBook()), TODAY, running=False)
    scene = task.Scene(eligible, AskingBook(), directory, TODAY, lambda *_: "")
    found = task.settle((replace(ADMISSION, book="fake@0"), ended), scene)
    assert (found.changes, found.tasks) == ((), (ADMISSION, ended))


def test_whatever_runs_can_be_cancelled() -> None:
    """A person who is erased keeps no task, a blocked one neither."""
    assert [each.change for each in task.cancel((BLOCKED,)).changes] == ["cancelled"]
    done = replace(TRANSFER, status="done")
    found = task.cancel((ADMISSION, done))
    assert [each.change for each in found.changes] == ["cancelled"]
    assert found.tasks == (replace(ADMISSION, status="cancelled", revision=1), done)


def test_whatever_runs_can_be_blocked() -> None:
    """A person who cannot be evaluated stays a candidate, and is handed over to nobody."""
    found = task.block((LATE, TRANSFER), "review")
    assert [each.change for each in found.changes] == ["blocked", "cancelled"]
    assert found.tasks == (replace(BLOCKED, revision=1), replace(TRANSFER, status="cancelled", revision=1))
    assert task.block((BLOCKED,), "review") == Settled((BLOCKED,), (), waiting=False)


@pytest.mark.parametrize(
    ("tasks", "days"),
    [
        pytest.param((ADMISSION,), [DUE + 1, SESSION + 1], id="escalation and session"),
        pytest.param((LATE,), [SESSION + 1], id="escalated already"),
        pytest.param((BLOCKED,), [SESSION + 1], id="blocked"),
        pytest.param((TRANSFER,), [], id="a transfer has no day"),
        pytest.param((replace(ADMISSION, status="done"),), [], id="an end has none"),
        pytest.param(
            (replace(ADMISSION, due_on=TODAY - 1, session_on=TODAY),), [TODAY + 1], id="not the past"
        ),
    ],
)
def test_the_days_on_which_time_moves_a_task(tasks: tuple[Task, ...], days: list[int]) -> None:
    """The day after it was due, and the day after the session."""
    assert task.next_days(tasks, TODAY) == days


def test_nobody_is_looked_at_without_need() -> None:
    """No task, no candidacy, no move: nothing to settle."""
    view = matching.evaluate(somebody(), tables(), TODAY, running=False).view
    assert not task.concerns((), view)
    assert task.concerns((TRANSFER,), view)
    assert task.concerns((), {**view, "candidacy": ()})
    assert task.concerns((), {"subject": ({"moved": True},)})
