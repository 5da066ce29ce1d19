"""The sales-skill mail 销售技能总结 of a month: the manager's own text, handed in with the monthly report."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.forms import kinds
from handlers.forms.fields import Field
from handlers.forms.form import Form, FormTurn
from handlers.reports import filed
from handlers.translations import N_
from storage.kinds import ReportKind


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    return filed.heading(turn)


def _save(turn: FormTurn) -> None:
    filed.file(turn, str(turn.values["text"]))


SKILLS_MAIL = Form(
    name=ReportKind.skills_mail,
    title=N_("Sales-skills summary"),
    words=("销售技能总结", "技能总结", "skills"),
    fields=(
        Field(
            "text",
            N_("Summary"),
            N_("Which sales skills were worked on this month, and with what result?"),
            kinds.Text(10, 3000, "many"),
            words=("总结", "summary"),
        ),
    ),
    save=_save,
    notes=_notes,
    confirm_label=N_("Send"),
    load=filed.load,
)
