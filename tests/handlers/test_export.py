"""/export in chat: what the workbook holds, what each role may have, what people typed, and that its figures are ours."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.demo.chats import Document
from handlers.translations import translator
from handlers.workbooks import material
from handlers.workbooks.sheets import Column, Sheet
from handlers.workbooks.writing import sheet_titles, write_workbook
from schedules.filing import file_report
from schedules.periods import Period
from storage.cohort_figures import figures_of_companies, pool
from storage.follow_up import Drill
from storage.groups import AuditEntry
from storage.leaves import record_leave
from storage.order_book import move, refund
from storage.people import Person, PersonId, Role, assign_company, find_company
from storage.ratios import format_level, format_rate
from storage.trainings import TrainingSession
from tests.chat import Phone, World
from tests.handlers.recalculation import SOFFICE, by_hand, formulas, recalculate
from tests.storage.channel_company import ChannelCompany, hire_id

P6 = "<b>=1+1&"
NOTE = "开场白要更自然一些，多问客户"


def workbook(phone: Phone) -> tuple[str, bytes]:
    """The name and the content of the document that was sent last."""
    sent = [said.message.media for said in phone.heard if isinstance(said.message.media, Document)]
    stored = phone.world.stand_in.world.files.get(sent[-1].file_id)
    return stored.name, stored.content


def sheet(content: bytes, title: str) -> list[dict[str, Any]]:
    """The records of a sheet, each by its headings."""
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(title).to_python()
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def everything(content: bytes) -> str:
    """All that is written in a workbook."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def two_companies(world: World) -> None:
    """S1 and S7 in one month: 12/18 and 1/4 closed in October 2026, 11月一期 goes on; records of every kind."""
    with world.database.transaction() as session:
        first, second = ChannelCompany(session, "杭州甲"), ChannelCompany(session, "宁波乙")
        october = first.cohort("9月批")
        hires = first.trainees(october, 20)
        first.post(hires[:18], "09-07")
        for hire in hires[:12]:
            first.sells(hire, "10-01")
        for hire in hires[15:18]:
            first.leaves(hire, "09-16")
        small = second.on_post(second.cohort("九期"), "09-14", 4)
        second.sells(small[0], "09-20")
        running = first.on_post(first.cohort("11月一期"), "11-09", 3)
        running[0].name = P6
        sold = first.sells(running[0], "11-10", 3, tag="=1+1")
        refund(session, sold, 1, date(2026, 11, 12), "客户取消", first.recording)
        other = first.sells(running[1], "11-11")
        move(session, other, running[2], "记错人", first.recording)


def at_work(world: World, phone: Phone, company: str, hire: int) -> None:
    """A manager's records of 10 November."""
    person = world.stored(phone)
    assert person.id is not None
    with world.database.transaction() as session:
        held = find_company(session, company)
        assert held is not None
        assert held.id is not None
        now = world.clock.now()
        own = ChannelCompany.__new__(ChannelCompany)
        own.session, own.id = session, held.id
        from storage.roster import Hire, HireId

        stored = session.get_one(Hire, HireId(hire))
        own.accompanied(stored, "11-10", person.id, NOTE)
        own.checked(stored, "11-10", person.id)
        day = date(2026, 11, 10)
        session.add(Drill(company_id=held.id, person_id=person.id, day=day, starts="14:00", hires=[hire], content="crm",
                          common_problems="报价不熟", recorded_at=now))
        session.add(TrainingSession(company_id=held.id, person_id=person.id, day=day, kind="refresher", topic="异议处理",
                                    starts="09:00", ends="11:00", expected=12, present=9, recorded_at=now))
        record_leave(session, person.id, date(2026, 11, 12), date(2026, 11, 13), "家里有事", None, now)
