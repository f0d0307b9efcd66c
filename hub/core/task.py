"""The life of a task: docs/matching.md, "Tasks", in code.

Some grounds ask an organisation to act instead of inviting somebody: to admit a candidate for a
council before its session, to hand over a member who moved. :func:`settle` says what becomes of a
person's tasks on a day, as values; the matching stage tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from hub.core.routing import superior

if TYPE_CHECKING:
    from hub.core.book import Book, Hit, Rule
    from hub.core.matching import Eligibility
    from hub.core.organisation import Directory

NOUN: Final = "task"
"""The purpose of the blind index of a task's id."""
ADMISSION: Final = "admission"
TRANSFER: Final = "transfer"
OPENED: Final = "opened"
BLOCKED: Final = "blocked"
ESCALATED: Final = "escalated"
REDIRECTED: Final = "redirected"
REVISED: Final = "revised"
DONE: Final = "done"
CANCELLED: Final = "cancelled"
MISSED: Final = "missed"
OPEN: Final = "open"
OPEN_STATUSES: Final = frozenset({OPEN, ESCALATED})
"""Statuses of an open task: somebody has to act."""
RUNNING_STATUSES: Final = OPEN_STATUSES | {BLOCKED}
"""Statuses of a task that runs: open, or nobody may or can act for now. Every other one is an end."""
NO_ORGANISATION: Final = "no_organisation"
"""What blocks an admission besides the codes of the guards: there is nobody to act."""
RULE_WITHDRAWN: Final = "rule_withdrawn"
"""Why a task was cancelled that would still be asked for by the rules as they were."""
_MAKES: Final = {"admission_task": ADMISSION, "transfer_notice": TRANSFER}
_CANDIDACY: Final = "candidacy"
_NOMINATED: Final = "nominated"
_BARS: Final = ("deceased", "erasure", "not_citizen", "review")
"""Codes of the guards that bar a task, in their order."""


class Task(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One task as it is now. Days are days since 1970-01-01 in China."""

    id: str
    kind: str
    key: bytes
    """Of the candidacy; empty for a transfer, of which there is one at a time."""
    number: int
    """How many tasks of this kind and key there were, this one included."""
    status: str
    organisation: str
    """Who acts; empty while blocked."""
    target: str
    """Where a member is to be handed to; empty for an admission."""
    rule: str
    """The rule, by the id that everybody may know."""
    due_on: int | None = None
    session_on: int | None = None
    term: str | None = None
    escalated_to: str | None = None
    revision: int = 0
    """How many records on ``hub.tasks`` came before this one."""
    council: str = ""
    """The organisation whose council it is, as the nomination names it; empty for a transfer."""
    blocked_by: str = ""
    """Why nobody acts on an admission: a code of ``_BARS`` or :data:`NO_ORGANISATION`."""
    act_by: int | None = None
    """Until when whoever acts contacts the person: ms since 1970-01-01 UTC. None while it is blocked."""
    book: str = ""
    """The edition of the rule book under which it was last found to be asked for; empty: not known."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self.status in OPEN_STATUSES

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in RUNNING_STATUSES


class TaskChange(NamedTuple):
    """What happens to a task: the new one, the change by name, and the rule that asks while it is open."""

    task: Task
    change: str
    rule: Rule | None
    handed: bool
    """Whether another organisation acts than before: it has to be told about whom it is."""
    cause: str = ""
    """:data:`RULE_WITHDRAWN` of one that was cancelled for that alone; else empty."""


class Settled(NamedTuple):
    """What becomes of a person's tasks."""

    tasks: tuple[Task, ...]
    """All that are to be remembered."""
    changes: tuple[TaskChange, ...]
    waiting: bool
    """An admission is blocked because there is no organisation to act."""


class Scene(NamedTuple):
    """What the tasks of a person depend on."""

    eligible: Eligibility
    book: Book
    directory: Directory
    today: int
    new_id: Callable[[str, bytes, int], str]
    """Returns the id of a task, from kind, key and number."""
    act_by: tuple[int, ...] = ()
    """By priority, until when whoever is asked to act now contacts the person: ms since 1970-01-01 UTC."""
    earlier: Callable[[str], Book | None] = lambda _: None
    """Finds a book that was active before by its edition: a task that runs may rest on it."""


NOTHING: Final = Settled((), (), waiting=False)


def concerns(state_tasks: Sequence[Task], view: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    """Return whether :func:`settle` could say anything of somebody: of nearly everybody it could not."""
    return bool(state_tasks) or _CANDIDACY in view or view["subject"][0]["moved"]


def settle(known: Sequence[Task], scene: Scene) -> Settled:
    """Return what becomes of a person's tasks today: admissions by key, then the transfer."""
    asked = _asked(scene.book, scene)
    had = {(task.kind, task.key): task for task in known}
    changes: list[TaskChange] = []
    for place in sorted({*had, *asked}):
        last, found = had.get(place), asked.get(place)
        change: TaskChange | None = None
        if last is not None and last.running:
            change = _advance(last, found, scene)
        elif found is not None and _wanted(place[0], scene):
            change = _open(place, last, found, scene)
        if change is not None:
            change = change._replace(task=_under(change.task, scene.book.id))
            changes.append(change)
            had[place] = change.task
        elif last is not None:
            had[place] = _under(last, scene.book.id)
    waiting = any(task.running and task.blocked_by == NO_ORGANISATION for task in had.values())
    return Settled(tuple(had.values()), tuple(changes), waiting)


def _asked(book: Book, scene: Scene) -> dict[tuple[str, bytes], Hit]:
    """Return what a book's rules ask for today, by kind and key."""
    asked: dict[tuple[str, bytes], Hit] = {}
    for hit in book.task_hits(scene.eligible.view, scene.today):
        kind = _MAKES.get(hit.rule.makes, "")
        key = next((key for fact, key in hit.evidence if fact == _CANDIDACY), None)
        if kind == ADMISSION and key is not None:
            asked[kind, key] = hit
        elif kind == TRANSFER and _subject(scene)["moved"]:
            asked.setdefault((kind, b""), hit)
    return asked


def _under(task: Task, edition: str) -> Task:
    """Return a task that runs as one that rests on a book; one that has ended as it is."""
    if not task.running or task.book == edition:
        return task
    return msgspec.structs.replace(task, book=edition)


def _stood(task: Task, scene: Scene) -> bool:
    """Return whether the book it rested on would ask for it still: then a rule was withdrawn or changed."""
    before = scene.earlier(task.book) if task.book != scene.book.id else None
    return before is not None and (task.kind, task.key) in _asked(before, scene)


def _wanted(kind: str, scene: Scene) -> bool:
    """Return whether a task is made of a rule that hits: a candidate's even if nobody may act on it."""
    return not _member(scene) if kind == ADMISSION else not _bar(scene)


def next_days(tasks: Sequence[Task], today: int) -> list[int]:
    """Return the days to come on which time alone moves a task."""
    days = []
    for task in tasks:
        if task.running:
            if task.status == OPEN and task.due_on is not None:
                days.append(task.due_on + 1)
            if task.session_on is not None:
                days.append(task.session_on + 1)
    return [day for day in days if day > today]


def cancel(tasks: Sequence[Task]) -> Settled:
    """Return the cancellation of whatever runs, for a reason that no evaluation found."""
    return _stopped(tasks, [_end(task, CANCELLED) for task in tasks if task.running])


def block(tasks: Sequence[Task], code: str) -> Settled:
    """Block the admissions that run, and cancel the transfers, for a reason that no evaluation found."""
    changes = [
        _end(task, CANCELLED) if task.kind == TRANSFER else _block(task, {"blocked_by": code})
        for task in tasks
        if task.running and task.blocked_by != code
    ]
    return _stopped(tasks, changes)


def _stopped(tasks: Sequence[Task], changes: Sequence[TaskChange]) -> Settled:
    stopped = {change.task.id: change.task for change in changes}
    return Settled(tuple(stopped.get(task.id, task) for task in tasks), tuple(changes), waiting=False)


def _subject(scene: Scene) -> Mapping[str, Any]:
    return scene.eligible.view["subject"][0]


def _member(scene: Scene) -> bool:
    return bool(_subject(scene)["member"])


def _bar(scene: Scene) -> str:
    """Return why nobody may act on the person for now; empty when somebody may."""
    me = _subject(scene)
    said = {**me, "not_citizen": not me["citizen"]}
    return next((code for code in _BARS if said[code]), "")


def _candidacy(scene: Scene, key: bytes) -> Mapping[str, Any]:
    """Return the candidacy as it is known now."""
    entries = scene.eligible.view.get(_CANDIDACY, ())
    return next((entry for entry in entries if entry["key"] == key), {})


def _terms(kind: str, key: bytes, last: Task | None, scene: Scene) -> dict[str, Any]:
    """Return who acts today, whom to hand over to, and by when; or what blocks it, and then nobody acts."""
    directory, today = scene.directory, scene.today
    if kind == TRANSFER:
        target = scene.eligible.organisation
        theirs = scene.eligible.view["membership"][0]["organisation"]
        return {
            "organisation": theirs if directory.active(theirs, today) is not None else target,
            "target": target,
        }
    entry = _candidacy(scene, key)
    session_on, council, bar = entry.get("session_on"), entry.get("council_org", ""), _bar(scene)
    acting = _acting(council, last, scene) if not bar else ""
    return {
        "organisation": acting,
        "target": "",
        "council": council,
        "blocked_by": bar or ("" if acting else NO_ORGANISATION),
        "session_on": session_on,
        "due_on": session_on - scene.book.task_due_days if session_on is not None else None,
        "term": entry.get("term"),
    }


def _acting(council: str, last: Task | None, scene: Scene) -> str:
    """Return the council's organisation, or who stands in for it while it is not active."""
    directory, today = scene.directory, scene.today
    if directory.active(council, today) is not None:
        return council
    if last is not None and last.open and directory.active(last.organisation, today) is not None:
        return last.organisation
    return superior(council, directory, today)


def _late(due_on: int | None, today: int) -> bool:
    return due_on is not None and today > due_on


def _beginning(key: bytes, terms: Mapping[str, Any], hit: Hit, scene: Scene) -> dict[str, Any]:
    """Return the status of a task that begins so, to whom it is escalated, and until when to act."""
    if terms.get("blocked_by"):
        return {"status": BLOCKED, "escalated_to": None}
    late = _late(terms.get("due_on"), scene.today)
    return {
        "status": ESCALATED if late else OPEN,
        "escalated_to": _escalation(key, scene) if late else None,
        "act_by": scene.act_by[hit.rule.priority] if scene.act_by else None,
    }


def _open(place: tuple[str, bytes], last: Task | None, hit: Hit, scene: Scene) -> TaskChange:
    """Return a new task."""
    kind, key = place
    terms = _terms(kind, key, last, scene)
    number = last.number + 1 if last is not None else 1
    made = Task(
        id=scene.new_id(kind, key, number),
        kind=kind,
        key=key,
        number=number,
        rule=hit.rule.public or hit.rule.id,
        **terms,
        **_beginning(key, terms, hit, scene),
    )
    if made.status == BLOCKED:
        return TaskChange(made, BLOCKED, None, handed=False)
    return TaskChange(made, OPENED, hit.rule, handed=True)


def _escalation(key: bytes, scene: Scene) -> str | None:
    """Return to whom a candidacy is escalated today."""
    return superior(_candidacy(scene, key).get("council_org", ""), scene.directory, scene.today) or None


def _advance(task: Task, hit: Hit | None, scene: Scene) -> TaskChange | None:
    """Return what becomes of a task that runs today, or None when nothing does. The first that applies."""
    ended = _ended(task, scene)
    if ended:
        return _end(task, ended)
    if hit is None:
        return _end(task, CANCELLED)._replace(cause=RULE_WITHDRAWN if _stood(task, scene) else "")
    terms = _terms(task.kind, task.key, task, scene)
    same = all(getattr(task, name) == value for name, value in terms.items())
    if terms.get("blocked_by"):
        return None if same else _block(task, terms)
    late = task.status == OPEN and _late(terms.get("due_on"), scene.today)
    handed = terms["organisation"] != task.organisation
    if task.status == BLOCKED:
        change = OPENED
        terms |= _beginning(task.key, terms, hit, scene)
    elif late:
        change = ESCALATED
        terms |= {"status": ESCALATED, "escalated_to": _escalation(task.key, scene)}
    elif handed or terms["target"] != task.target:
        change = REDIRECTED
    elif not same:
        change = REVISED
    else:
        return None
    return TaskChange(_revised(task, terms), change, hit.rule, handed)


def _block(task: Task, terms: Mapping[str, Any]) -> TaskChange:
    """Return that nobody acts on a task any more, or that what blocks it, or its session, is another one."""
    change = REVISED if task.blocked_by == terms["blocked_by"] else BLOCKED
    nobody = {"status": BLOCKED, "organisation": "", "escalated_to": None, "act_by": None}
    return TaskChange(_revised(task, {**terms, **nobody}), change, None, handed=False)


def _revised(task: Task, terms: Mapping[str, Any]) -> Task:
    return msgspec.structs.replace(task, revision=task.revision + 1, **terms)


def _ended(task: Task, scene: Scene) -> str:
    """Return how a task that runs ends today by what is known of the person; empty when it does not."""
    member = _member(scene)
    if task.kind == ADMISSION:
        if member:
            return DONE
        entry = _candidacy(scene, task.key)
        if entry.get("status") != _NOMINATED:
            return CANCELLED
        return MISSED if scene.today > entry.get("session_on", scene.today) else ""
    if _bar(scene) or not member:
        return CANCELLED
    if _subject(scene)["moved"]:
        return ""
    return DONE if scene.eligible.organisation else CANCELLED


def _end(task: Task, status: str) -> TaskChange:
    return TaskChange(_revised(task, {"status": status}), status, None, handed=False)
