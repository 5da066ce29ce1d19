"""A channel-partner company whose roster and orders a test fills in, through the commands the bot uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlmodel import Session

from storage.cohort_figures import CohortFigures, figures_of_cohort
from storage.follow_up import RideAlong, SpotCheck
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.orders import Order
from storage.people import Company, CompanyId, Person, PersonId
from storage.roster import Cohort, CohortId, Hire, HireId
from storage.roster_events import add_hires, create_cohort, leave, put_on_post
from storage.roster_rules import Recording

NOW = datetime(2026, 12, 31, 4, tzinfo=UTC)


def on(text: str) -> date:
    """A date of 2026, "03-02", or of any year, "2027-03-02"."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def cohort_id(cohort: Cohort) -> CohortId:
    assert cohort.id is not None
    return cohort.id


def hire_id(hire: Hire) -> HireId:
    assert hire.id is not None
    return hire.id


@dataclass
class ChannelCompany:
    """Everything it records is recorded on `today`, at the end of 2026 unless a test says otherwise."""

    session: Session
    name: str = "杭州甲"
    today: date = field(default_factory=lambda: on("12-31"))
    trial_when: str = "after_training"

    def __post_init__(self) -> None:
        company = Company(name=self.name, created_at=NOW, trial_when=self.trial_when)
        self.session.add(company)
        self.session.flush()
        assert company.id is not None
        self.id: CompanyId = company.id

    @property
    def recording(self) -> Recording:
        return Recording(by=None, now=NOW, today=self.today)

    def cohort(self, name: str = "春季一期") -> Cohort:
        return create_cohort(self.session, self.id, name, NOW)

    def trainees(self, cohort: Cohort, number: int = 1, since: str = "2026-01-05") -> list[Hire]:
        names = [f"{cohort.name}{position}" for position in range(1, number + 1)]
        return add_hires(self.session, cohort, names, on(since), self.recording)

    def on_post(self, cohort: Cohort, day: str, number: int = 1) -> list[Hire]:
        """People who went on post on the day, exam and drill aside."""
        hires = self.trainees(cohort, number)
        self.post(hires, day)
        return hires

    def post(self, hires: Sequence[Hire], day: str) -> None:
        for hire in hires:
            put_on_post(self.session, hire, on(day), self.recording, gate=False)

    def leaves(self, hire: Hire, last_day: str) -> None:
        leave(self.session, hire, on(last_day), self.recording, reason="家里有事")

    def sells(self, hire: Hire, day: str, quantity: int = 1, tag: str = "") -> Order:
        entry = OrderEntry(hire_id(hire), quantity, on(day), tag)
        (recorded,) = record_orders(self.session, [entry], self.recording, batch="")
        return recorded.order

    def figures(self, cohort: Cohort, as_of: str = "12-31") -> CohortFigures:
        found = figures_of_cohort(self.session, cohort_id(cohort), on(as_of))
        assert found is not None
        return found

    def manager(self, telegram_id: int = 1) -> PersonId:
        person = Person(telegram_id=telegram_id, created_at=NOW)
        self.session.add(person)
        self.session.flush()
        assert person.id is not None
        return person.id

    def accompanied(
        self, hire: Hire, day: str, manager: PersonId, feedback: str = "开场白要更自然一些，多问客户"
    ) -> None:
        ride = RideAlong(
            company_id=self.id,
            hire_id=hire_id(hire),
            person_id=manager,
            day=on(day),
            part_of_day="morning",
            mode="half",
            visits=3,
            did_well="准备充分",
            to_improve=feedback,
            recorded_at=NOW,
        )
        self.session.add(ride)
        self.session.flush()

    def checked(self, hire: Hire, day: str, manager: PersonId, feedback: str = "产品价格要背熟，别翻手册") -> None:
        check = SpotCheck(
            company_id=self.id,
            hire_id=hire_id(hire),
            person_id=manager,
            day=on(day),
            topic="basics",
            result="good",
            feedback=feedback,
            recorded_at=NOW,
        )
        self.session.add(check)
        self.session.flush()
