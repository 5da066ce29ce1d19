"""What stands right behind a command: a block of labelled lines, or the words of one field without its label."""

from handlers.forms.form import Form
from handlers.forms.paste import split_label


def with_label(form: Form, key: str, written: str) -> str:
    """The text as a block of the form: a first line without a label gets that of the field `key`, so that
    `/problem the CRM is slow` and a block that begins with the bare words are both understood.
    """
    first = written.strip().partition("\n")[0]
    if not first or split_label(form, first) is not None:
        return written
    label = next(each.label for each in form.fields if each.key == key)
    return f"{label}: {written.strip()}"
