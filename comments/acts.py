"""The acts of people: what they did with comments, newest first, and what can be undone of it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext as _

from comments import moderation, thread_moderation
from comments.models import Event, Kind, Report
from comments.moderation import ModerationAction

EVENTS_AT_ONCE = 1_000  # what the list reads at first; a bulk act has more
# Of acts of one group, only the last one at the same comment or post can be undone.
GROUPS = ({Kind.LOCK, Kind.UNLOCK}, {Kind.PIN, Kind.UNPIN}, {Kind.MOVE}, {Kind.CLOSE, Kind.OPEN})
GROUP_OF: dict[str, int] = {kind: n for n, group in enumerate(GROUPS) for kind in group}


@dataclass
class Act:
    """One act of one person: its kinds with the number of comments of each, and what it was at."""

    id: uuid.UUID
    at: datetime
    first_event: Event
    kinds: list[tuple[str, int]] = field(default_factory=list)  # in words
    undoable: int = 0  # how many comments, or 1 for a conversation
    why_not: str = ""

    @property
    def size(self) -> int:
        """Return the number of comments in the act; 1 for a conversation."""
        return sum(number for _kind, number in self.kinds)


def acts_of_people(filters: dict[str, Any], first: int, number: int) -> dict[uuid.UUID, datetime]:
    """Return `number` acts of people from place `first` on, newest first, with their last time.

    `filters` are conditions of events. The events are read from the newest on, as many as it takes:
    to group all that ever happened takes a second for 100,000 of them. A bulk act of several
    transactions is one act.
    """
    events = Event.objects.filter(by__isnull=False, **filters)
    # The order of the index `event_by_time`, backwards.
    rows = events.order_by("-at", "-by", "-act").values_list("act", "at")
    wanted, limit = first + number, EVENTS_AT_ONCE
    while True:
        found: dict[uuid.UUID, datetime] = {}
        read = list(rows[:limit])
        for act, at in read:
            found.setdefault(act, at)
        if len(found) >= wanted or len(read) < limit:
            return dict(list(found.items())[first:wanted])
        limit *= 8


def describe(times: dict[uuid.UUID, datetime]) -> list[Act]:
    """Return acts with all that their list shows, by six queries however large they are."""
    events = Event.objects.filter(act__in=times, by__isnull=False)
    kinds: dict[uuid.UUID, list[tuple[str, int]]] = {}
    firsts: dict[uuid.UUID, int] = {}
    counts = events.order_by().values("act", "kind").annotate(number=Count("pk"), first=Min("pk"))
    for row in counts.order_by("first"):
        label = str(Kind(row["kind"]).label) if row["kind"] else ""
        kinds.setdefault(row["act"], []).append((label, row["number"]))
        firsts.setdefault(row["act"], row["first"])
    whole = Event.objects.select_related("comment", "comment__post", "post", "by")
    first_events = whole.in_bulk(firsts.values())
    acts = [Act(pk, at, first_events[firsts[pk]], kinds[pk]) for pk, at in times.items()]
    add_undoable(acts)
    return acts


def add_undoable(acts: list[Act]) -> None:
    """Say of each act how much of it can be undone, or why nothing can."""
    numbers = undoable_numbers([act.id for act in acts])
    last = last_acts([act.first_event for act in acts])
    for act in acts:
        event = act.first_event
        if event.kind in GROUP_OF:
            act.undoable = int(last.get(subject(event)) == act.id)
        else:
            act.undoable = numbers.get(act.id, 0)
        if event.kind == Kind.EDIT:
            act.why_not = _("The text before is on the comment's page.")
        elif not act.undoable:
            act.why_not = _("Something else has happened since.")


def undoable_numbers(ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many comments each act would move back, or have its dismissed reports again."""
    changes = Event.objects.exclude(status_from=F("status_to")).order_by()
    later = changes.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        comment=OuterRef("comment"),
    )
    last = changes.filter(~Exists(later), act__in=ids).exclude(comment__body="")
    numbers = dict(last.values("act").annotate(number=Count("pk")).values_list("act", "number"))
    dismissals = Event.objects.filter(act__in=ids, kind=Kind.DISMISS).values("act")
    dismissed = Report.objects.filter(act__in=dismissals).order_by().values_list("act", flat=True)
    return numbers | {act: 1 for act in dismissed.distinct() if act}


def subject(event: Event) -> tuple[int, int | None, int | None]:
    """Return what an act at a thread or a conversation was about: its group, comment or post."""
    post_id = None if event.comment_id else event.post_id
    return GROUP_OF[event.kind], event.comment_id, post_id


def last_acts(events: list[Event]) -> dict[tuple[int, int | None, int | None], uuid.UUID]:
    """Return the last act of each group at the threads and conversations of these events."""
    concerned = [event for event in events if event.kind in GROUP_OF]
    if not concerned:
        return {}
    comments = [event.comment_id for event in concerned if event.comment_id]
    posts = [event.post_id for event in concerned if not event.comment_id]
    about_them = Q(comment__in=comments) | Q(comment=None, post__in=posts)
    found = Event.objects.filter(about_them, kind__in=GROUP_OF).order_by("at", "id")
    return {subject(event): event.act for event in found}


def undo(action_id: uuid.UUID, by: User) -> ModerationAction | None:
    """Undo an act of whatever kind; None if there is nothing of it left to undo."""
    event = Event.objects.filter(act=action_id).order_by("id").first()
    if event is None or event.kind == Kind.EDIT:
        return None
    if event.kind in GROUP_OF:
        is_last = last_acts([event]).get(subject(event)) == action_id
        return thread_moderation.undo(action_id, by) if is_last else None
    undo_kind = moderation.reopen_reports if event.kind == Kind.DISMISS else moderation.undo
    action = undo_kind(action_id, by)
    return action if action.moved else None
