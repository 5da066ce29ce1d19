"""Where the trial post stands in a company: before or after the training (handbook §6). Changes are audited."""

from enum import StrEnum

from sqlmodel import Session

from storage.groups import record_audit
from storage.people import Company
from storage.people_changes import Decision


class TrialWhen(StrEnum):
    """`Company.trial_when` by value."""

    before_training = "before_training"
    after_training = "after_training"


def set_trial_when(session: Session, company: Company, when: TrialWhen, decision: Decision) -> bool:
    """Let a company's trial post stand elsewhere; whether that is a change. What was recorded of people stays."""
    before = company.trial_when
    if before == when:
        return False
    company.trial_when = when.value
    session.add(company)
    changed = {"company": company.id, "trial_when": [before, when.value]}
    record_audit(session, decision.now, decision.by, "company.changed", changed)
    return True
