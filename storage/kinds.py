"""The kinds of report and the states a report can be in: the words every layer shares (handbook §2, §3)."""

from enum import StrEnum


class ReportKind(StrEnum):
    """What a manager or a company hands in. The value is stored and part of period keys: never rename one."""

    daily = "daily"
    """日报, for one calendar day."""
    weekly = "weekly"
    """周报, Sunday to Saturday."""
    monthly = "monthly"
    """月报, a calendar month."""
    plan = "plan"
    """下月培训计划, the period is the month that is planned."""
    order_rate = "order_rate"
    """出单率报送, the period is the month that is reported."""
    skills_mail = "skills_mail"
    """销售技能总结, a calendar month."""


class ReportState(StrEnum):
    """How one report of one person or company stands. The value is stored: never rename one."""

    on_time = "on_time"
    """按时: handed in before the deadline."""
    late = "late"
    """晚交: handed in at or after the deadline."""
    missing = "missing"
    """缺交: not handed in, and back-filling is over."""
    exempt = "exempt"
    """免交: nothing was owed (rest day, leave, a week without a working day)."""
    pending = "pending"
    """待交: not handed in yet, still possible."""
    extra = "extra"
    """额外: handed in though nothing was owed; outside every denominator."""
    unannounced = "unannounced"
    """假期未公布: the calendar is not known for sure, so nobody is late or missing."""
