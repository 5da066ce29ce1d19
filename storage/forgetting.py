"""Taking a person or a hire out of the records while every figure of the past stays what it was (handbook §10).

Rows that are counted stay, under a label such as `removed #7`; what only describes somebody goes: account, reasons for
leave, ratings' comments, a hire's notes, what was said in the private chat. In what others wrote the name is replaced
wherever it can only mean this one.
"""

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Enum, String, Table, and_, cast, delete, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from storage.follow_up import RideAlong
from storage.groups import AuditEntry, record_audit
from storage.people import Person, PersonId, PersonState, name_key
from storage.people_changes import ASKED, Decision
from storage.personal_data import menu_name, of_person
from storage.roster import EventKind, Hire, HireEvent
from storage.schema import metadata

SURROGATE = -(2**60)
"""A forgotten person's account is this less their own id: unlike any id Telegram gives, and nobody else's."""
NOTED = 10
"""A written note counts from this many characters, so a note that is taken out leaves as many."""
BLANK_NOTE = "— " * NOTED
SHORTEST_NAME = 2
"""A shorter name would be found inside every other word."""

CODES = {
    "audit_entry": {"action"},
    "chat_group": {"language", "title"},
    "cohort": {"name", "region"},
    "company": {"name", "region", "work_week", "rest_days", "trial_when"},
    "conversation": {"form"},
    "drill": {"starts", "hires"},
    "heartbeat": {"part", "note"},
    "incident": {"kind"},
    "invitation": {"code"},
    "obligation": {"certainty", "waived_reason"},
    "orders": {"batch"},
    "outbox": {"key", "kind", "slot"},
    "person": {"language"},
    "post": {"slot", "digest"},
    "preference": {"name"},
    "problem": {"category"},
    "rating": {"line", "position"},
    "ride_along": {"part_of_day", "mode", "customer_kinds", "scores"},
    "spot_check": {"topic", "result"},
    "tally": {"sorts"},
    "training_session": {"kind", "starts", "ends"},
}
"""Columns that hold the bot's own words, or names of companies and cohorts. Every other text may name somebody."""


def forget_person(session: Session, person: Person, label: str, decision: Decision) -> None:
    """Anonymise somebody who takes part no more; `label` is what they are called from now on. Audited.

    Raises ValueError for somebody active: their access has to be switched off first, which also says until when they
    owed reports.
    """
    if person.state is PersonState.active or person.id is None:
        raise ValueError("somebody who takes part cannot be forgotten")
    session.flush()
    names = _names_of_person(session, person)
    alone = not _is_shared(session, person.real_name, but_person=person.id)
    account, person_id = person.telegram_id, person.id
    eraser = _Eraser(session, names, label)
    eraser.replace_in_texts(None if alone else lambda table: of_person(table, person))
    _empty_chat(session, account, SURROGATE - person_id)
    _empty(session, "leave", {"reason": ""}, person_id=person_id)
    _empty(session, "exemption", {"reason": ""}, person_id=person_id)
    _empty(session, "rating", {"comment": "—", "versions": []}, person_id=person_id)
    _execute(session, delete(_table("conversation")).where(_table("conversation").c.person_id == person_id))
    session.expire_all()
    person.telegram_id, person.username, person.real_name = SURROGATE - person_id, "", label
    person.state, person.reachable, person.language = PersonState.deactivated, False, ""
    session.add(person)
    record_audit(session, decision.now, decision.by, "person.forgotten", {"person": person_id})
    session.flush()


def forget_hire(session: Session, hire: Hire, label: str, decision: Decision) -> None:
    """Anonymise a hire: name, reasons and notes go; days, orders, scores and counts stay. Audited."""
    assert hire.id is not None
    session.flush()
    hire_id = hire.id
    events = session.exec(select_rows(HireEvent).where(HireEvent.hire_id == hire_id)).all()
    names = {hire.name, *(e.note for e in events if e.kind is EventKind.renamed)}
    alone = not _is_shared(session, hire.name, but_hire=hire_id)
    _Eraser(session, names, label).replace_in_texts(None if alone else lambda table: _of_hire(table, hire_id))
    _empty(session, "hire", {"name": label, "left_reason": ""}, id=hire_id)
    _empty(session, "hire_event", {"note": ""}, hire_id=hire_id)
    _empty(session, "order_change", {"reason": "—"}, former_hire_id=hire_id)
    _empty_notes(session, hire_id, decision.now)
    session.expire_all()
    record_audit(session, decision.now, decision.by, "hire.forgotten", {"hire": hire_id})
    session.flush()


def is_forgotten(person: Person) -> bool:
    """Whether nothing but the figures is left of somebody."""
    return person.telegram_id <= SURROGATE


class _Eraser:
    """Replaces names by a label, in texts and inside JSON; longer names that contain one stay as they are."""

    def __init__(self, session: Session, names: Iterable[str], label: str) -> None:
        self._session, self._label = session, label
        plain = {name for name in names if len(name) >= SHORTEST_NAME}
        self._names = plain | {html.escape(name) for name in plain}
        kept = {longer for name in plain for longer in _names_around(session, name)} - self._names
        words = sorted(self._names | kept, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_word, words))) if words else None

    def replace_in_texts(self, only: Any = None) -> None:
        """Rewrite every text in which one of the names stands; `only(table)` says which rows may be touched."""
        if self._pattern is None:
            return
        for table in metadata.sorted_tables:
            columns = texts_of(table)
            if not columns:
                continue
            condition = or_(*(self._may_hold(column) for column in columns))
            if only is not None:
                own = only(table)
                if own is None:
                    continue
                condition = condition & own
            self._rewrite(table, columns, condition)

    def _may_hold(self, column: Column[Any]) -> ColumnElement[bool]:
        text = cast(column, String)
        return or_(*(text.contains(form, autoescape=True) for name in self._names for form in _spellings(name)))

    def _rewrite(self, table: Table, columns: list[Column[Any]], condition: ColumnElement[bool]) -> None:
        keys = list(table.primary_key)
        found = select(*keys, *(c for c in columns if c not in keys)).where(condition)
        if table.name == "inbox":
            # A row that another process answers right now is left to the retention.
            found = found.with_for_update(skip_locked=True)
        for row in self._session.connection().execute(found).mappings().all():
            changed = {c.name: new for c in columns if (new := self._in_value(row[c.name], c)) != row[c.name]}
            if changed:
                same = [key == row[key.name] for key in keys]
                _execute(self._session, update(table).where(*same).values(changed))

    def _in_value(self, value: Any, column: Column[Any]) -> Any:
        if isinstance(value, str):
            new = self._in_text(value)
            most = getattr(column.type, "length", None)
            return new[:most] if most else new
        if isinstance(value, list):
            return [self._in_value(one, column) for one in value]
        if isinstance(value, dict):
            return {key: self._in_value(one, column) for key, one in value.items()}
        return value

    def _in_text(self, text: str) -> str:
        assert self._pattern is not None
        new = self._pattern.sub(lambda m: self._label if m.group() in self._names else m.group(), text)
        short = len(new.strip()) < NOTED <= len(text.strip())
        return f"{new.strip()} {BLANK_NOTE}".strip() if short else new


def texts_of(table: Table) -> list[Column[Any]]:
    """The columns of a table in which people's words or names may stand."""
    codes = CODES.get(table.name, set())
    return [column for column in table.columns if _is_text(column) and column.name not in codes]


def _is_text(column: Column[Any]) -> bool:
    # SQLModel's own text type wraps SQLAlchemy's.
    stored = getattr(column.type, "impl", column.type)
    return isinstance(stored, String | JSON) and not isinstance(stored, Enum)


def _as_word(name: str) -> str:
    """A name of Latin letters is a word of its own; Chinese has no spaces to go by."""
    written = re.escape(name)
    return rf"(?<!\w){written}(?!\w)" if name.isascii() else written


def _spellings(name: str) -> set[str]:
    """A name as it may stand in a column: as it is, or inside JSON."""
    return {name, json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1]}


def _names_around(session: Session, name: str) -> Iterator[str]:
    """The longer names of others that contain a name."""
    for column in (Person.real_name, Hire.name):
        yield from session.exec(
            select_rows(column).where(col(column).contains(name, autoescape=True), col(column) != name)
        ).all()


def _names_of_person(session: Session, person: Person) -> set[str]:
    """What somebody is and was called, the account's name included."""
    names = {person.real_name} | ({f"@{person.username}"} if person.username else set())
    table = metadata.tables["audit_entry"]
    mine = of_person(table, person)
    assert mine is not None
    changes = select_rows(AuditEntry).where(col(AuditEntry.action).in_(("person.renamed", ASKED)), mine)
    for entry in session.exec(changes).all():
        if entry.action == ASKED and entry.person_id == person.id:
            names.add(str(entry.details.get("real_name", "")))
        elif entry.details.get("person") == person.id:
            names |= {str(entry.details.get(key, "")) for key in ("before", "after")}
    return names


def _is_shared(session: Session, name: str, *, but_person: PersonId | None = None, but_hire: int | None = None) -> bool:
    """Whether somebody else goes by the same name, so that in other people's texts it may mean either."""
    wanted = name_key(name)
    people = session.exec(select_rows(Person.real_name).where(col(Person.id).is_distinct_from(but_person))).all()
    if wanted in map(name_key, people):
        return True
    hires = select_rows(Hire.name).where(col(Hire.id).is_distinct_from(but_hire), col(Hire.name) == name)
    return session.exec(hires).first() is not None


def _of_hire(table: Table, hire_id: int) -> ColumnElement[bool] | None:
    columns = [table.c[name] for name in ("hire_id", "former_hire_id") if name in table.c]
    return or_(*(column == hire_id for column in columns)) if columns else None


def _empty_chat(session: Session, account: int, surrogate: int) -> None:
    """What was said in the private chat, and by the account in groups, goes; the keys of what was planned stay."""
    inbox, outbox, post = _table("inbox"), _table("outbox"), _table("post")
    about = or_(inbox.c.chat_id == account, inbox.c.body.contains(str(account)))
    # What waits to be answered, the admin's own press included, is not taken from under whoever answers it.
    handled = select(inbox.c.update_id).where(about, inbox.c.state != "open")
    _execute(session, update(inbox).where(inbox.c.update_id.in_(handled)).values(body="{}", error=""))
    mine = (inbox.c.chat_id == account, inbox.c.state != "open")
    _execute(session, update(inbox).where(*mine).values(chat_id=surrogate, state="done"))
    theirs = (outbox.c.chat_id == account, ~_takes_menu_away(outbox))
    waiting = (*theirs, outbox.c.state == "open")
    _execute(session, update(outbox).where(*waiting).values(state="dropped", leased_until=None))
    _execute(session, update(outbox).where(*theirs).values(content={}, error="", chat_id=surrogate))
    _execute(session, delete(post).where(post.c.chat_id == account))
    preference = _table("preference")
    _execute(session, delete(preference).where(preference.c.name == menu_name(account)))


def _takes_menu_away(outbox: Table) -> ColumnElement[bool]:
    """The one call that is still made: it takes the command menu out of their chat."""
    return and_(outbox.c.state == "open", outbox.c.content["method"].as_string() == "deleteMyCommands")


def _empty_notes(session: Session, hire_id: int, now: datetime) -> None:
    """What was written about a hire. A note that counted still counts."""
    for table_name, names in (("ride_along", ("did_well", "to_improve")), ("spot_check", ("feedback",))):
        table = _table(table_name)
        for row in session.connection().execute(select(table).where(table.c.hire_id == hire_id)).mappings().all():
            blank = {name: BLANK_NOTE.strip() if len(row[name].strip()) >= NOTED else "—" for name in names}
            _execute(session, update(table).where(table.c.id == row["id"]).values(blank | {"versions": []}))
    steps = (col(RideAlong.hire_id) == hire_id, col(RideAlong.next_step) != "")
    _execute(session, update(_table("ride_along")).where(*steps).values(next_step="—"))
    still_open = (*steps, col(RideAlong.next_step_closed_at).is_(None))
    _execute(session, update(_table("ride_along")).where(*still_open).values(next_step_closed_at=now))


def _empty(session: Session, table_name: str, values: dict[str, object], **where: int) -> None:
    table = _table(table_name)
    _execute(session, update(table).where(*(table.c[name] == value for name, value in where.items())).values(values))


def _execute(session: Session, statement: Any) -> None:
    # Plain statements, past the session's own objects: these are expired afterwards.
    session.connection().execute(statement)


def _table(name: str) -> Table:
    return metadata.tables[name]


def codes_listed() -> Collection[tuple[str, str]]:
    """The exceptions of `CODES`, as table and column."""
    return [(table, column) for table, columns in CODES.items() for column in columns]
