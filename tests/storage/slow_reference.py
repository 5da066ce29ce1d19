"""The rules of the figures once more, in plain loops over days and people, to check the database's answers against.

Days are whole numbers here, day 0 being 1 March 2026. Nothing of the product is used.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class Sale:
    """One order; two of the same day and quantity are still two."""

    day: int
    quantity: int
    refunded: int = 0
    undone: bool = False


@dataclass
class Person:
    """One episode of a hire."""

    cohort: int
    trained: bool = True
    eliminated: bool = False
    on_post: int | None = None
    last_day: int | None = None
    away: list[tuple[int, int]] = field(default_factory=list)
    """Last day and first day back."""
    sales: list[Sale] = field(default_factory=list)
    visits: list[int] = field(default_factory=list)

    def at_work(self, day: int) -> bool:
        if self.on_post is None or day < self.on_post:
            return False
        if self.last_day is not None and day > self.last_day:
            return False
        for last_day, back in self.away:
            for lost in range(last_day + 1, back):
                if lost == day:
                    return False
        return True

    def window(self) -> list[int]:
        assert self.on_post is not None
        return [self.on_post + passed for passed in range(30)]


@dataclass
class Figure:
    on_post: int = 0
    ordered_and_stayed: int = 0
    orders: int = 0
    stayed: int = 0
    visited: int = 0
    started: int = 0
    eliminated: int = 0
    closes_on: int | None = None
    by_day: list[int] = field(default_factory=lambda: [0] * 30)


@dataclass
class Reference:
    people: list[Person] = field(default_factory=list)

    def owner(self, sale: Sale) -> Person:
        for person in self.people:
            for each in person.sales:
                if each is sale:
                    return person
        raise LookupError

    def post(self, person: Person, day: int) -> bool:
        if person.on_post is not None or person.last_day is not None:
            return False
        person.on_post, person.trained = day, True
        return True

    def eliminate(self, person: Person, day: int) -> bool:
        if person.on_post is not None or person.last_day is not None:
            return False
        person.eliminated, person.trained, person.last_day = True, True, day
        return True

    def leave(self, person: Person, day: int) -> bool:
        if person.eliminated or (person.on_post is not None and day < person.on_post):
            return False
        for sale in person.sales:
            if sale.day > day and not sale.undone and sale.refunded < sale.quantity:
                return False
        person.last_day = day
        return True

    def rejoin(self, person: Person, day: int, cohort: int) -> bool:
        if person.last_day is None or day <= person.last_day:
            return False
        if person.on_post is None or day in person.window():
            person.away.append((person.last_day, day))
            person.last_day, person.eliminated = None, False
            return True
        if cohort == person.cohort:
            return False
        self.people.append(Person(cohort, trained=False))
        return True

    def correct(self, person: Person, day: int) -> bool:
        if person.on_post is None or (person.last_day is not None and day > person.last_day):
            return False
        for last_day, back in person.away:
            if last_day >= day and back > day + 29:
                return False
        person.on_post = day
        return True

    def change_cohort(self, person: Person, cohort: int) -> bool:
        if person.on_post is not None or person.last_day is not None or person.cohort == cohort:
            return False
        person.cohort = cohort
        return True

    def sell(self, person: Person, day: int, quantity: int) -> bool:
        if not person.at_work(day) or quantity not in range(1, 10):
            return False
        person.sales.append(Sale(day, quantity))
        return True

    def refund(self, sale: Sale, quantity: int) -> bool:
        if sale.undone or quantity > sale.quantity - sale.refunded:
            return False
        sale.refunded += quantity
        return True

    def undo(self, sale: Sale) -> bool:
        sale.undone = True
        return True

    def move(self, sale: Sale, to: Person) -> bool:
        former = self.owner(sale)
        if sale.undone or to is former or not to.at_work(sale.day):
            return False
        former.sales.remove(sale)
        to.sales.append(sale)
        return True

    def figure(self, cohort: int, as_of: int) -> Figure:
        figure = Figure()
        for person in self.people:
            if person.cohort != cohort:
                continue
            figure.started += person.trained
            figure.eliminated += person.eliminated
            if person.on_post is None:
                continue
            figure.closes_on = max(figure.closes_on or person.window()[-1], person.window()[-1])
            if person.on_post > as_of:
                continue
            figure.on_post += 1
            sold = 0
            visited = False
            there = True
            for number, day in enumerate(person.window()):
                if day > as_of:
                    break
                for sale in person.sales:
                    if sale.day == day and not sale.undone:
                        sold += sale.quantity - sale.refunded
                        figure.by_day[number] += sale.quantity - sale.refunded
                visited = visited or day in person.visits
                there = there and person.last_day != day
            figure.orders += sold
            figure.stayed += there
            figure.visited += there and visited
            figure.ordered_and_stayed += there and sold > 0
        return figure
