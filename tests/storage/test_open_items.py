"""What is open, and for whom: the questions of the planner agree with the lists, on both databases (handbook §6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from storage.drills import DrillNote, change_drill, last_drill, note_of, record_drill
from storage.follow_up import RideAlong
from storage.open_items import coming_steps, managers_with_open_items, open_items_of
from storage.outbox import plan_message
from storage.people import Person, PersonId, PersonState, Role, assign_company
from storage.problem_book import (
    ProblemNote,
    add_solution,
    answer_problem,
    answers_to,
    close_problem,
    newest_checks,
    reopen_problem,
    report_problem,
    solutions_of,
    unanswered_since,
)
from storage.problems import Problem, Solution, SolutionCheck
from storage.roster import HireId
from storage.sessions_book import SessionNote, like_it, place_in_check_in, record_session
from storage.trainings import TrainingSession
from tests.storage.channel_company import ChannelCompany, hire_id, on

START = datetime(2026, 11, 22, 2, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
TODAY = date(2026, 11, 25)
REST = timedelta(days=2)


def person(
    company: ChannelCompany, telegram_id: int, role: Role = Role.manager, *, looks_after: bool = True
) -> PersonId:
    """Somebody active who can be reached."""
    session = company.session
    new = Person(telegram_id=telegram_id, role=role, state=PersonState.active, reachable=True, created_at=START)
    session.add(new)
    session.flush()
    assert new.id is not None
    if looks_after:
        assign_company(session, new.id, company.id, on("01-01"))
        session.flush()
    return new.id


def addressed(session: Session) -> list[PersonId]:
    """Whom the planner would write to on 11-25 at 09:30."""
    found = managers_with_open_items(session, TODAY, MORNING, MORNING - REST, "open-items:2026-11-25:")
    assert all(each.key == f"open-items:2026-11-25:person {each.person_id}" for each in found)
    return [each.person_id for each in found]


def counted(company: ChannelCompany, person_id: PersonId) -> tuple[int, int, int]:
    """How many items of each kind the person has then."""
    items = open_items_of(
        company.session, person_id, [company.id], TODAY, quiet_since=MORNING - REST, sessions_before=TODAY
    )
    return len(items.next_steps), len(items.problems), len(items.summaries)


def accompany(company: ChannelCompany, person_id: PersonId, next_step_on: date | None) -> RideAlong:
    """A ride-along of 11-23."""
    (hire,) = company.on_post(company.cohort(f"批{next_step_on}"), "11-16")
    company.accompanied(hire, "11-23", person_id)
    ride = company.session.exec(select(RideAlong).where(RideAlong.hire_id == hire_id(hire))).one()
    ride.next_step, ride.next_step_on, ride.recorded_at = "复盘", next_step_on, START
    company.session.flush()
    return ride


def hold(
    company: ChannelCompany, person_id: PersonId, day: date = date(2026, 11, 23), summary: str = ""
) -> TrainingSession:
    """A training session."""
    note = SessionNote(
        company_id=company.id,
        day=day,
        kind="refresher",
        topic="促单",
        starts="09:00",
        ends="10:00",
        expected=3,
        present=3,
        summary=summary,
    )
    return record_session(company.session, note, person_id, START)


def report(company: ChannelCompany, person_id: PersonId, at: datetime = START) -> Problem:
    """A problem."""
    note = ProblemNote(company_id=company.id, category="other", text="系统慢")
    return report_problem(company.session, note, person_id, at.date(), at)


def test_a_next_step_is_open_from_its_day_until_it_is_closed(company: ChannelCompany) -> None:
    wang, li = person(company, 1), person(company, 2)
    ride = accompany(company, wang, TODAY)
    accompany(company, wang, TODAY + timedelta(days=1))
    accompany(company, wang, None)
    assert (addressed(company.session), counted(company, wang), counted(company, li)) == ([wang], (1, 0, 0), (0, 0, 0))
    assert [r.next_step_on for r in coming_steps(company.session, wang, [company.id], TODAY)] == [date(2026, 11, 26)]
    ride.next_step_closed_at = MORNING
    assert (addressed(company.session), counted(company, wang)) == ([], (0, 0, 0))


def test_a_summary_is_missing_from_the_next_day_and_below_ten_characters(company: ChannelCompany) -> None:
    wang = person(company, 1)
    held = hold(company, wang, summary="  一二三四五六七八九  ")
    hold(company, wang, day=TODAY)
    assert (addressed(company.session), counted(company, wang)) == ([wang], (0, 0, 1))
    held.summary = "一二三四五六七八九十"
    assert (addressed(company.session), counted(company, wang)) == ([], (0, 0, 0))


def test_a_problem_rests_after_everything_that_moves_it(company: ChannelCompany) -> None:
    session, wang, li = company.session, person(company, 1), person(company, 2)
    other = person(ChannelCompany(session, "宁波乙"), 3)
    quiet, young = report(company, wang), report(company, wang, MORNING - REST + timedelta(seconds=1))
    assert (addressed(session), counted(company, wang)) == ([wang, li], (0, 1, 0))
    assert other not in addressed(session)
    solution = add_solution(session, quiet, "换宽带", wang, START)
    assert counted(company, li) == (0, 1, 0)
    assert solution.id is not None
    check = SolutionCheck(solution_id=solution.id, person_id=wang, day=TODAY, progress=10, recorded_at=MORNING)
    session.add(check)
    assert (addressed(session), counted(company, wang)) == ([], (0, 0, 0))
    check.recorded_at = MORNING - REST
    assert counted(company, wang) == (0, 1, 0)
    answer_problem(session, quiet, "在处理", wang, MORNING - timedelta(days=1))
    assert counted(company, wang) == (0, 0, 0)
    young.recorded_at = START - REST
    assert counted(company, wang) == (0, 1, 0)
    close_problem(session, young, "好了", MORNING)
    assert counted(company, wang) == (0, 0, 0)


def test_nobody_is_addressed_twice_or_out_of_office(company: ChannelCompany) -> None:
    session, wang = company.session, person(company, 1)
    report(company, wang)
    key = f"open-items:2026-11-25:person {wang}"
    for change in ({"reachable": False}, {"state": PersonState.deactivated}, {"role": Role.admin}):
        somebody = session.get_one(Person, wang)
        before = {name: getattr(somebody, name) for name in change}
        for name, value in change.items():
            setattr(somebody, name, value)
        session.flush()
        assert addressed(session) == [], change
        for name, value in before.items():
            setattr(somebody, name, value)
        session.flush()
    assert addressed(session) == [wang]
    plan_message(session, key=key, chat_id=1, kind="open_items", content={}, now=MORNING)
    assert addressed(session) == []


def test_a_problem_without_an_answer_goes_to_each_admin_once(company: ChannelCompany) -> None:
    session, wang = company.session, person(company, 1)
    admins = [person(company, number, Role.admin, looks_after=False) for number in (2, 3)]
    first, second, answered = report(company, wang), report(company, wang), report(company, wang)
    report(company, wang, MORNING)
    answer_problem(session, answered, "好", admins[0], MORNING)
    waiting = unanswered_since(session, START, "unanswered:")
    assert [(w.problem_id, w.person_id) for w in waiting] == [
        (problem.id, admin) for admin in admins for problem in (first, second)
    ]
    key = f"unanswered:problem {first.id}:person {admins[0]}"
    plan_message(session, key=key, chat_id=2, kind="unanswered_problems", content={}, now=MORNING)
    close_problem(session, second, "好了", MORNING)
    waiting = unanswered_since(session, START, "unanswered:")
    assert [(w.problem_id, w.person_id) for w in waiting] == [(first.id, admins[1])]


def test_answers_solutions_and_their_newest_checks(company: ChannelCompany) -> None:
    session, wang = company.session, person(company, 1)
    problem, other = report(company, wang), report(company, wang)
    for number in range(4):
        answer_problem(session, problem, f"答{number}", wang, START + timedelta(hours=number))
    assert problem.answered_at == START
    assert problem.id is not None
    assert [answer.text for answer in answers_to(session, problem.id, 3)] == ["答1", "答2", "答3"]
    one, two = add_solution(session, problem, "一", wang, START), add_solution(session, problem, "二", None, START)
    add_solution(session, other, "三", None, START)
    assert one.id is not None
    assert two.id is not None
    for percent in (10, 60):
        session.add(SolutionCheck(solution_id=one.id, person_id=wang, day=TODAY, progress=percent, recorded_at=START))
        session.flush()
    assert [s.text for s in solutions_of(session, [problem.id])] == ["一", "二"]
    assert {number: check.progress for number, check in newest_checks(session, [one.id, two.id]).items()} == {
        one.id: 60
    }
    two.closed_at = START
    close_problem(session, problem, "好了", MORNING)
    reopen_problem(session, problem)
    assert (problem.closed_at, problem.closing_note) == (None, "")
    assert [s.closed_at for s in session.exec(select(Solution).order_by(Solution.text)).all()][:1] == [None]
    assert two.closed_at == START, "what was closed by itself stays closed"


def test_sessions_of_a_check_in_know_their_place(company: ChannelCompany) -> None:
    wang = person(company, 1)
    first, apart, second = (hold(company, wang) for _ in range(3))
    first.report_id = second.report_id = 7
    company.session.flush()
    assert [place_in_check_in(company.session, held) for held in (first, second)] == [0, 1]
    note = SessionNote(
        company_id=company.id,
        day=first.day,
        kind="other",
        topic="别的",
        starts="09:00",
        ends="10:00",
        expected=1,
        present=1,
    )
    assert like_it(company.session, note, None) is not None
    assert like_it(company.session, replace(note, starts="09:30"), None) is None
    assert apart.report_id is None


def test_a_drill_keeps_its_versions_and_the_last_one_is_the_newest(company: ChannelCompany) -> None:
    session, wang = company.session, person(company, 1)
    note = DrillNote(
        day=TODAY,
        starts="09:00",
        hires=(HireId(3),),
        content=("crm", "other"),
        other_content="打电话, 约客户",
        common_problems="太快",
        result="good",
    )
    drill = record_drill(session, note, company.id, wang, START)
    assert note_of(drill) == note
    earlier = record_drill(session, replace(note, day=TODAY - timedelta(days=1)), company.id, wang, START)
    assert last_drill(session, company.id) is drill
    assert last_drill(session, company.id, drill.id) is earlier
    change_drill(drill, replace(note, result="again", content=("crm",), other_content=""), company.id, MORNING)
    session.flush()
    assert [version["result"] for version in drill.versions] == ["good"]
    assert (drill.content, drill.result) == ("crm", "again")
