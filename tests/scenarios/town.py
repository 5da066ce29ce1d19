"""Companies whose managers live through a year with the bot; what they do goes into the ledger once the bot took it.

Everything is typed or tapped in a private chat. Chance decides, and the same seed decides the same.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from tests.chat import Phone, World
from tests.scenarios.classroom import begins_class, check_in, enters_on_post, leave, names_of, puts_on_post, refund
from tests.scenarios.ledger import DAY, OF_COMPANIES, CompanyBook, Ledger, ManagerBook, Task, works
from tests.storage.slow_reference import Person

Deed = Callable[[], None]
WORDS = {"weekly": "周报", "monthly": "月报", "plan": "下月计划", "order_rate": "出单率报送", "skills_mail": "技能总结"}


@dataclass
class Manager:
    """A manager with their phone and their book."""

    phone: Phone
    book: ManagerBook
    office: "Office"

    @property
    def clock(self) -> datetime:
        """The local time."""
        return self.office.local_time

    def says_done(self, word: str) -> None:
        """The bot has just said so."""
        assert word in self.phone.last.text, f"{self.book.name} expected {word!r}:\n{self.phone.last.text}"

    def daily(self, day: date) -> None:
        """A daily as one block, or tap by tap when it is today's; filed once, corrected after that."""
        again = f"daily:{day}" in self.book.sent
        if day == self.clock.date() and not again and self.office.chance.random() < 0.1:
            check_in(self.phone, "陪访两位新人")
        else:
            plan = "改为集中培训" if again else "陪访两位新人"
            self.phone.says(f"日报\n日期: {day.month}/{day.day}\n在训: 3\n试岗: 0/0/0\n计划: {plan}").taps("确认")
        self.says_done(f"{day.month}/{day.day}")
        self.book.sent.setdefault(f"daily:{day}", self.clock)

    def report(self, task: Task) -> None:
        """A composed report: the draft comes, what is missing is added, and it is sent."""
        sent = self.office.ledger.companies[self.book.company].sent if task.kind in OF_COMPANIES else self.book.sent
        if task.key in sent or self.book.is_away(self.clock.date()):
            return
        self.phone.says(WORDS[task.kind])
        if task.kind == "order_rate":
            self.phone.taps("确认报送")
        elif task.kind == "plan":
            while any(label.startswith("＋ ") for label in self.phone.last.buttons):
                before = self.phone.last.buttons
                self.phone.taps("＋ ")
                if self.phone.last.buttons == before:
                    break
            self.phone.taps("就这些").says("无").taps("提交")
        else:
            self.phone.says("本月练了开场白和异议处理，有进步" if task.kind == "skills_mail" else "照计划").taps("提交")
        self.says_done("已提交")
        sent[task.key] = self.clock

    def goes_on_leave(self, first: date, last: date) -> None:
        """Leave of some days, told before."""
        self.phone.says(f"/leave {first.month}/{first.day}-{last.month}/{last.day}").taps("确认")
        self.book.away.append((first, last))


@dataclass
class Classes:
    """The rosters of one company, kept by one of its managers."""

    manager: Manager
    book: CompanyBook
    names: list[str] = field(default_factory=lambda: names_of(360))

    def new_class(self, size: int) -> str:
        """A cohort, with its trainees."""
        today = self.manager.clock.date()
        cohort = f"{today.month}月{today.day}日班"
        hires = [self.names.pop(0) for _ in range(size)]
        begins_class(self.manager.phone, cohort, hires)
        self.manager.says_done(f"已添加 {size} 人")
        self.book.cohorts.append(cohort)
        for name in hires:
            person = Person(len(self.book.cohorts) - 1)
            self.book.reference.people.append(person)
            self.book.hires[name] = person
        return cohort

    def takes_over(self, size: int, days_ago: int) -> None:
        """A cohort that went on post before the company had the bot."""
        day = self.manager.clock.date() - days_ago * DAY
        hires = [self.names.pop(0) for _ in range(size)]
        begins_class(self.manager.phone, "接手的班")
        enters_on_post(self.manager.phone, "接手的班", f"{day:%Y-%m-%d}", hires)
        self.manager.says_done(f"已添加 {size} 人")
        self.book.cohorts.append("接手的班")
        for name in hires:
            self.book.hires[name] = Person(len(self.book.cohorts) - 1)
            self.book.reference.people.append(self.book.hires[name])
            assert self.book.reference.post(self.book.hires[name], self.book.number(day))

    def in_training(self, cohort: str) -> list[str]:
        """Who is still in training with a cohort."""
        number = self.book.cohorts.index(cohort)
        return [
            name
            for name, person in self.book.hires.items()
            if person.cohort == number and person.on_post is None and person.last_day is None
        ]

    def eliminates(self, name: str) -> None:
        """Somebody does not pass the training."""
        self.manager.phone.says(f"名册 淘汰 {name}").taps("确认")
        self.manager.says_done("淘汰")
        assert self.book.reference.eliminate(self.book.hires[name], self.today)

    def posts(self, names: list[str]) -> None:
        """People go on post today."""
        puts_on_post(self.manager.phone, names)
        self.manager.says_done(f"上岗 {len(names)} 人" if len(names) > 1 else names[0])
        for name in names:
            assert self.book.reference.post(self.book.hires[name], self.today)

    def corrects_on_post(self, name: str, days_earlier: int) -> None:
        """Somebody had gone on post some days earlier."""
        person = self.book.hires[name]
        assert person.on_post is not None
        day = self.book.start + timedelta(person.on_post - days_earlier)
        self.manager.phone.says(f"/roster {name}").taps("更正上岗日期").says(f"{day.month}/{day.day}").taps("确认")
        assert self.book.reference.correct(person, self.book.number(day))

    def lets_go(self, name: str) -> None:
        """Somebody's last day is today."""
        day = self.manager.clock.date()
        leave(self.manager.phone, [name], f"{day.month}/{day.day}")
        self.manager.says_done("已登记离职")
        assert self.book.reference.leave(self.book.hires[name], self.today)

    def takes_back(self, name: str) -> None:
        """Somebody who left comes back inside the window."""
        person = self.book.hires[name]
        self.manager.phone.says(f"/roster {name}").taps("重新入职").taps("确认")
        assert self.book.reference.rejoin(person, self.today, person.cohort)

    def sells(self, orders: dict[str, int], days_ago: int = 0) -> None:
        """Orders of a day as one list."""
        day = self.manager.clock.date() - days_ago * DAY
        lines = ["出单", f"{day.month}/{day.day}", *(f"{name} {count}" for name, count in orders.items())]
        self.manager.phone.says("\n".join(lines))
        if "✅ 确认" in self.manager.phone.last.buttons:
            self.manager.phone.taps("✅ 确认")
        self.manager.says_done("已录入")
        for name, count in orders.items():
            assert self.book.reference.sell(self.book.hires[name], self.book.number(day), count)

    def refunds(self, name: str) -> None:
        """The newest order of somebody is given back."""
        sale = self.book.hires[name].sales[-1]
        refund(self.manager.phone, name)
        self.manager.says_done("已退单 1")
        assert self.book.reference.refund(sale, 1)

    def at_work(self) -> list[str]:
        """Who is on post and has not left, up to two weeks after the window."""
        return [
            name
            for name, person in self.book.hires.items()
            if person.at_work(self.today) and person.last_day is None and self.today - (person.on_post or 0) < 45
        ]

    @property
    def today(self) -> int:
        """Today as the reference counts."""
        return self.book.number(self.manager.clock.date())


class Office:
    """All companies in one world."""

    def __init__(self, world: World, first: date, seed: int, companies: int, managers: int) -> None:
        self.world, self.first, self.chance, self.ledger = world, first, random.Random(seed), Ledger()
        self.managers: list[Manager] = []
        self.classes: list[Classes] = []
        self.plans: dict[date, list[tuple[datetime, Deed]]] = {}
        self.first_workday = next(day for day in (first + n * DAY for n in range(1, 12)) if works(day))
        surnames = "王李张刘陈杨黄赵吴周"
        for number in range(companies):
            name = f"公司{number:02}"
            self.ledger.companies[name] = CompanyBook(name, first)
            own = [
                self.joins(f"{surnames[number % 10]}{'芳强静'[place % 3]}{place}", name) for place in range(managers)
            ]
            self.classes.append(Classes(own[0], self.ledger.companies[name]))

    @property
    def local_time(self) -> datetime:
        """The local time, without its zone."""
        return self.world.clock.now().astimezone(self.world.surroundings.zone).replace(tzinfo=None)

    def joins(self, name: str, company: str) -> Manager:
        """A manager who takes part from today."""
        today = self.local_time.date()
        book = ManagerBook(name, company, today)
        manager = Manager(self.world.manager(name, company, since=today.isoformat()), book, self)
        self.managers.append(manager)
        self.ledger.managers.append(book)
        return manager

    def at(self, day: date, hour: int, minute: int, deed: Deed) -> None:
        """Somebody will do something then; what is past is left out."""
        moment = datetime.combine(day, time(hour, minute))
        if moment > self.local_time:
            self.plans.setdefault(day, []).append((moment, deed))

    def morning(self, day: date, tasks: list[Task]) -> None:
        """What people make up their minds to do about the reports that are due and the classes of a day."""
        for manager in self.managers:
            for task in tasks:
                if manager.book.owes(task):
                    self._decide_report(manager, task, day)
            if works(day) and self.chance.random() < 0.012:
                first = day + (1 + self.chance.randrange(4)) * DAY
                last = first + self.chance.randrange(4) * DAY
                if not any(manager.book.is_away(first + n * DAY) for n in range(-1, 6)):
                    self.at(day, 9, 41, partial(manager.goes_on_leave, first, last))
        if works(day):
            for classes in self.classes:
                self._decide_class(classes, day)

    def _decide_report(self, manager: Manager, task: Task, day: date) -> None:
        minute, luck = self.chance.randrange(1, 59), self.chance.random()
        if task.kind == "daily":
            deed = partial(self._daily, manager, day)
            hour, offset = (17 + int(luck * 10) % 3, 0) if luck < 0.8 else (7, 1)
            if luck >= 0.88:
                hour, offset = 12, 1
            if luck < 0.97:
                self.at(day + offset * DAY, hour, minute, deed)
            if luck < 0.03:
                self.at(day + offset * DAY, 22, minute, deed)
            return
        if task.kind in OF_COMPANIES and luck < 0.5:
            return
        late = luck >= 0.9
        hour = 12 if late else 18 + minute % 4
        self.at(task.due_day + DAY if late else day, hour, minute, partial(manager.report, task))

    @staticmethod
    def _daily(manager: Manager, day: date) -> None:
        if not manager.book.is_away(day):
            manager.daily(day)

    def _decide_class(self, classes: Classes, day: date) -> None:
        """The rhythm of a company's cohorts: one begins about every five weeks and goes on post after a week."""
        chance, number = self.chance, self.classes.index(classes)
        if day == self.first_workday and number % 2 == 0:
            self.at(day, 9, 2, partial(classes.takes_over, 9, 8))
        if (day - self.first).days % 35 == (number * 3) % 7 + 1:
            self.at(day, 9, 7, partial(self._begins, classes, day))
        selling = [name for name in classes.at_work() if chance.random() < 0.04]
        if selling:
            sold = {name: chance.choice((1, 1, 1, 2)) for name in selling}
            self.at(day, 16, 3, partial(self._sells, classes, sold, int(chance.random() < 0.1)))
        for name in classes.at_work():
            luck = chance.random()
            if luck < 0.006:
                self.at(day, 17, 7, partial(self._leaves, classes, name))
            elif luck < 0.009 and classes.book.hires[name].sales:
                self.at(day, 15, 11, partial(self._refunds, classes, name))
            elif luck < 0.012:
                self.at(day, 10, 13, partial(self._corrects, classes, name))

    def _begins(self, classes: Classes, day: date) -> None:
        cohort = classes.new_class(self.chance.randrange(8, 13))
        on_post = day + 7 * DAY
        while not works(on_post):
            on_post += DAY
        later = on_post + 3 * DAY
        self.at(on_post, 9, 3, partial(self._posts, classes, cohort, everybody=False))
        self.at(later, 9, 3, partial(self._posts, classes, cohort, everybody=True))

    def _posts(self, classes: Classes, cohort: str, *, everybody: bool) -> None:
        waiting = classes.in_training(cohort)
        if not everybody and waiting and self.chance.random() < 0.7:
            classes.eliminates(waiting.pop())
        ready = waiting if everybody else waiting[: max(1, len(waiting) - 2)]
        if ready:
            classes.posts(ready)

    def _sells(self, classes: Classes, sold: dict[str, int], days_ago: int) -> None:
        day = classes.today - days_ago
        own = {name: count for name, count in sold.items() if classes.book.hires[name].at_work(day)}
        fresh = {n: c for n, c in own.items() if not any(s.day == day for s in classes.book.hires[n].sales)}
        if fresh:
            classes.sells(fresh, days_ago)

    def _leaves(self, classes: Classes, name: str) -> None:
        if classes.book.hires[name].last_day is not None:
            return
        classes.lets_go(name)
        if self.chance.random() < 0.25:
            back = self.local_time.date() + 4 * DAY
            self.at(back, 9, 17, partial(self._comes_back, classes, name))

    def _comes_back(self, classes: Classes, name: str) -> None:
        person = classes.book.hires[name]
        if person.on_post is not None and classes.today in person.window():
            classes.takes_back(name)

    def _refunds(self, classes: Classes, name: str) -> None:
        sales = classes.book.hires[name].sales
        if sales and sales[-1].refunded == 0 and sales[-1].quantity == 1 and len(sales) == 1:
            classes.refunds(name)

    def _corrects(self, classes: Classes, name: str) -> None:
        person = classes.book.hires[name]
        if person.on_post is not None and person.on_post > 2 and not person.away and person.last_day is None:
            classes.corrects_on_post(name, 1)
