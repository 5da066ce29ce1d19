"""What the bot can do for somebody: by role, with the forms that can be pasted."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.access import Command
from handlers.forms.form import Form
from handlers.menus import commands_for
from handlers.translations import N_, Translator
from handlers.turn import MAX_MESSAGE, ChatKind, Turn
from storage.people import PersonState, Role

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("Record"),
        (
            "checkin",
            "orders",
            "ridealong",
            "refund",
            "drill",
            "spotcheck",
            "session",
            "problem",
            "incident",
            "roster",
            "leave",
            "todo",
        ),
    ),
    (N_("Reports"), ("due", "report", "weekly", "monthly", "plan", "orderrate", "skills", "calendar")),
    (N_("Figures"), ("stats", "cohort", "history", "missing", "rank", "trend", "summary", "kpi", "rate", "export")),
    (
        N_("Look after the group"),
        (
            "people",
            "invite",
            "company",
            "link",
            "unlink",
            "settings",
            "exempt",
            "redate",
            "backfill",
            "forum",
            "trial",
            "audit",
            "forget",
            "status",
        ),
    ),
)
"""Headings and the commands under them; whatever stands in none follows under the last heading."""
OTHERS = N_("About you and me")
UNKNOWN = N_("I do not know “{topic}”. Send /help alone to see everything.")


def help(turn: Turn) -> None:
    """`/help`, alone or with the name of a command or form."""
    t, topic = turn.t, turn.arguments.strip().lstrip("/").casefold()
    person = turn.person
    if person is None or person.state is not PersonState.active:
        # Who does not take part hears the one sentence.
        from handlers.people.start import refusal

        turn.say(t(refusal(turn)))
    elif turn.chat.kind is not ChatKind.private:
        turn.say(_in_group(turn, person.role))
    elif topic:
        turn.say(_topic(person.role, topic, t) or t(UNKNOWN, topic=turn.arguments.strip()[:40]))
    else:
        for text in _messages([overview_of(person.role, t, also_hidden=True), *_pasted(person.role, t)]):
            turn.say(text)


def _messages(blocks: Sequence[Markup]) -> list[Markup]:
    """Blocks joined into messages; a form to copy is never cut in two, which would also break its markup."""
    messages = [blocks[0]]
    for block in blocks[1:]:
        joined = Markup("\n\n").join([messages[-1], block])
        if len(joined.encode("utf-16-le")) // 2 <= MAX_MESSAGE:
            messages[-1] = joined
        else:
            messages.append(block)
    return messages


def overview(turn: Turn) -> Markup:
    """The commands of the speaker's role, grouped."""
    return overview_of(turn.who.role, turn.t)


def overview_of(role: Role, t: Translator, *, also_hidden: bool = False) -> Markup:
    """The commands of a role, grouped, in a private chat; `also_hidden`: with those that are not on the menu."""
    listed = {command.name: command for command in commands_for(role, ChatKind.private, also_hidden=also_hidden)}
    blocks: list[Markup] = []
    for heading, names in GROUPS:
        own = [listed.pop(name) for name in names if name in listed]
        if own:
            blocks.append(_block(heading, own, t))
    if listed:
        blocks.append(_block(OTHERS, list(listed.values()), t))
    return Markup("\n\n").join(blocks)


def _block(heading: str, listed: list[Command], t: Translator) -> Markup:
    lines = [Markup("<b>{}</b>").format(t.plain(heading))]
    lines += [_line(command, t) for command in listed]
    return Markup("\n").join(lines)


def _line(command: Command, t: Translator) -> Markup:
    chinese = [word for word in command.words if not word.isascii()][:2] if t.language == "zh" else []
    words = f" ({' '.join(chinese)})" if chinese else ""
    return Markup("/{}{} {}").format(command.name, words, t.plain(command.help))


def _in_group(turn: Turn, role: Role) -> Markup:
    t = turn.t
    listed = commands_for(role, ChatKind.group)
    lines = [_line(command, t) for command in listed if command.name != "help"]
    link = f"https://t.me/{turn.surroundings.bot_username}?start=go_help"
    more = Markup('<a href="{}">{}</a>').format(link, t.plain(N_("Everything else in our private chat")))
    return Markup("\n").join([*lines, more])


def _forms(role: Role) -> list[Form]:
    # The list of forms names handlers that import this module.
    from handlers.commands import FORMS

    return [form for form in FORMS if form.example and role in form.roles and PersonState.active in form.states]


def _pasted(role: Role, t: Translator) -> list[Markup]:
    """Each form as one block to copy, change and send."""
    blocks = [_example(form, t) for form in _forms(role)]
    if blocks:
        blocks.insert(0, t("<b>Faster: send all in one message</b>\nTap a block to copy it, change it, send it."))
    return blocks


def _example(form: Form, t: Translator) -> Markup:
    return Markup("<b>{}</b>\n<pre>{}</pre>").format(t.plain(form.title), t.plain(form.example))


def _topic(role: Role, topic: str, t: Translator) -> Markup | None:
    """One command with the pasted form that goes with it; None when the role has no such command or form."""
    command = next(
        (c for c in commands_for(role, ChatKind.private, also_hidden=True) if topic == c.name or topic in c.words),
        None,
    )
    form = next(
        (f for f in _forms(role) if topic == f.name or topic in f.words or (command and _belongs(f, command))), None
    )
    parts = [_line(command, t)] if command is not None else []
    if form is not None:
        parts.append(_example(form, t))
    return Markup("\n\n").join(parts) if parts else None


def _belongs(form: Form, command: Command) -> bool:
    return form.name == command.name or bool(set(form.words) & set(command.words))
