"""/help: each form it shows can be sent as it stands (issue: forms with an example to copy)."""

from datetime import date

import pytest

from handlers.commands import FORMS
from handlers.forms.form import Form
from handlers.translations import Language, translator
from storage.people import Role
from tests.chat import Phone, World
from tests.seed import put_on_post

NAMES = {"zh": ("张伟", "李娜", "王强"), "en": ("Zhang Wei", "Li Na", "Wang Qiang")}
EXAMPLES = tuple(form for form in FORMS if form.example and Role.manager in form.roles)


def somebody(world: World, language: Language) -> Phone:
    """A manager with the three hires of the examples on post."""
    phone = world.manager("王芳", "杭州甲", language=language)
    put_on_post(world, "杭州甲", "11月批", NAMES[language], date(2026, 11, 12))
    return phone


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", EXAMPLES, ids=lambda form: form.name)
def test_every_example_can_be_copied_and_sent(world: World, form: Form, language: Language) -> None:
    example = translator(language).plain(form.example)
    person = somebody(world, language)

    person.says("/help")
    assert example in person.texts
    person.says(example)

    assert person.last.text.splitlines()[0] == translator(language).plain(form.title) or "✅" in person.last.text
    for complaint in ("⚠️", "没有看懂", "没有找到", "could not"):
        assert complaint not in person.last.text
