"""Invitations: links that make whoever opens them a manager of one company."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, update

from storage.groups import Invitation, record_audit
from storage.people import Company, PersonId

CODE_BYTES = 16


def invite(
    session: Session, company: Company, uses: int, valid_for: timedelta, by: PersonId, now: datetime
) -> Invitation:
    """A new link for a company, usable `uses` times within `valid_for`. Nobody can guess its code."""
    assert company.id is not None
    invitation = Invitation(
        code=secrets.token_urlsafe(CODE_BYTES),
        company_id=company.id,
        uses_left=uses,
        expires_at=now + valid_for,
        created_by=by,
        created_at=now,
    )
    session.add(invitation)
    # The audit names the link by its beginning: whole, it would be a key.
    details = {"company": company.name, "uses": uses, "link": invitation.code[:4]}
    record_audit(session, now, by, "invitation.made", details)
    session.flush()
    return invitation


def open_invitation(session: Session, code: str, now: datetime) -> tuple[Invitation, Company] | None:
    """An invitation that can be used at this instant, with its company; None for any other code."""
    invitation = session.get(Invitation, code, populate_existing=True)
    if invitation is None or invitation.uses_left < 1 or invitation.expires_at <= now:
        return None
    company = session.get(Company, invitation.company_id)
    return (invitation, company) if company is not None and company.active else None


def use_invitation(session: Session, code: str, now: datetime) -> bool:
    """Count one use, in the transaction that lets somebody in; False when there is none left."""
    used = session.exec(
        update(Invitation)
        .where(col(Invitation.code) == code, col(Invitation.uses_left) > 0, col(Invitation.expires_at) > now)
        .values(uses_left=col(Invitation.uses_left) - 1)
    )
    return used.rowcount == 1


def revoke(session: Session, code: str, by: PersonId, now: datetime) -> bool:
    """Take a link back; whether it could still be used."""
    ended = session.exec(
        update(Invitation).where(col(Invitation.code) == code, col(Invitation.uses_left) > 0).values(uses_left=0)
    )
    if ended.rowcount == 1:
        record_audit(session, now, by, "invitation.revoked", {"link": code[:4]})
    return ended.rowcount == 1
