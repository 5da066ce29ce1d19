"""From an update to the function that answers it.

Every rule is looked up in `handlers.commands`, and the person's role and state are asked at every step: a button may be
old, forged or pressed by somebody else.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from handlers import commands, membership, uploads
from handlers.access import ADMINS, Command, may
from handlers.forms import driver, typed
from handlers.forms.paste import is_headed_otherwise, labelled_fields
from handlers.keyboards import Button
from handlers.menus import plan_menu_of
from handlers.orders import orders
from handlers.people import start
from handlers.translations import N_, Language, language_of_code, translator
from handlers.turn import Chat, ChatKind, FetchedFile, Press, Speaker, Surroundings, Turn, Upload
from handlers.updates import PRIVATE, Account, Message, Place, Update
from handlers.updates import Press as ButtonPress
from storage.conversations import active_conversation
from storage.groups import shared_group
from storage.people import Person, PersonState, Role, person_by_telegram_id

LABELS_OF_A_BLOCK = 2
"""So many labelled fields make a text a pasted form, whatever its first line is."""


@dataclass(frozen=True)
class PressAnswer:
    """What to answer a button press with, at once and outside the transaction."""

    query_id: str
    text: str = ""
    alert: bool = False


def answer(
    session: Session,
    update: Update,
    said_at: datetime,
    surroundings: Surroundings,
    file: FetchedFile | None = None,
) -> PressAnswer | None:
    """Answer one update: record, and put what is to be said into the outbox, within the caller's transaction.

    `said_at` is when the person acted (UTC); `file` the document that came with a message, fetched and read before.
    """
    if update.press is not None:
        return _answer_press(session, update.press, said_at, surroundings)
    if update.membership is not None:
        membership.changed(session, update.membership, said_at, surroundings)
    elif update.message is not None and update.message.migrated_to is not None:
        membership.migrated(session, update.message.chat.id, update.message.migrated_to)
    elif update.message is not None and update.message.is_somebodys:
        _answer_message(session, update.message, said_at, surroundings, file)
    elif update.edited is not None and update.edited.sender is not None:
        turn = _turn(session, update.edited.sender, update.edited.chat, said_at, surroundings)
        # A live location comes as an edit with every step.
        if update.edited.text and turn.chat.kind is ChatKind.private and _is_active(turn.person):
            turn.say(
                turn.t(
                    "I cannot follow edits of messages already sent. Please send it anew; /me lets you change a record."
                )
            )
    return None


def _answer_press(session: Session, press: ButtonPress, said_at: datetime, surroundings: Surroundings) -> PressAnswer:
    message = press.message
    turn = _turn(session, press.sender, message.chat if message is not None else None, said_at, surroundings)
    name, *arguments = press.data.split(":")
    turn.press = Press(
        name=name,
        arguments=tuple(arguments),
        message_id=message.message_id if message is not None else None,
        has_photo=message is not None and message.has_picture,
    )
    if message is not None:
        _stay_in_topic(turn, message)
    rule = commands.BUTTON_BY_NAME.get(name)
    if rule is not None and may(rule, turn.person, turn.chat.kind):
        rule.handler(turn)
    elif not _is_active(turn.person):
        turn.toast(turn.t.plain(start.refusal(turn)), alert=True)
    else:
        turn.toast(turn.t.plain(N_("This button is not for you, or no longer in use. /help shows what you can do.")))
    return PressAnswer(press.id, turn.toast_text, turn.toast_is_alert)


def _answer_message(
    session: Session, message: Message, said_at: datetime, surroundings: Surroundings, file: FetchedFile | None
) -> None:
    if message.sender is None:
        return
    turn = _turn(session, message.sender, message.chat, said_at, surroundings)
    turn.text = message.text
    turn.message_id = message.message_id
    _stay_in_topic(turn, message)
    if message.sender.is_bot:
        if message.sent_as == message.chat.id:
            _answer_anonymous_admin(turn)
        return
    if message.document is not None:
        turn.upload = Upload(
            message.document.file_id,
            message.document.file_name,
            message.document.size,
            file,
        )
    if turn.chat.kind is ChatKind.private:
        if turn.person is not None and not turn.person.reachable:
            turn.person.reachable = True
            plan_menu_of(session, turn.person, said_at, surroundings)
        _answer_private(turn)
    else:
        _answer_in_group(turn)


def _answer_private(turn: Turn) -> None:
    command = _named_command(turn)
    if command is not None:
        _run(turn, command)
    elif not _is_active(turn.person):
        # Somebody who is asked for name and company and says 日报 wants to begin, and is not called that.
        is_word = _word_command(turn) is not None and _stands_alone(turn)
        if is_word or not (_is_joining(turn) and _answer_form(turn)):
            turn.say(turn.t(start.refusal(turn)))
    elif typed.is_command(turn.text):
        turn.say(turn.t("I do not know this command. /help shows what I understand."))
    elif turn.upload is not None:
        uploads.take(turn)
    elif _answer_form(turn) or _take_order_list(turn) or _take_block(turn):
        return
    elif typed.asks_to_cancel(turn.text):
        driver.nothing_to_cancel(turn)
    else:
        turn.say(
            turn.t("I did not understand that. Try /checkin, /ridealong or /orders; /help shows everything I can do.")
        )


def _answer_form(turn: Turn) -> bool:
    """Let the half-filled form take the text, or the command whose plain word it begins with; whether one did."""
    command = _word_command(turn)
    conversation = active_conversation(turn.session, turn.person_id) if turn.person is not None else None
    form = commands.FORM_BY_NAME.get(conversation.form) if conversation else None
    if conversation is not None and form is not None:
        # Any word may be the answer to a free text: there it opens something only when its line is its own. Elsewhere
        # it is an answer first (请假 is a status as well as a command), unless it heads a block of another form.
        opens = (
            command is not None
            and _stands_alone(turn)
            and (driver.takes_text(turn, conversation, form) or is_headed_otherwise(form, turn.text))
        )
        words = commands.COMMAND_BY_WORD if command is not None else ()
        if not opens and driver.answer_text(turn, conversation, form, other_words=words):
            return True
    if command is not None and not _take_block(turn, command):
        _run(turn, command)
    return command is not None


def _stands_alone(turn: Turn) -> bool:
    """Whether the first line is nothing but the word of a command."""
    first_line = turn.text.strip().splitlines()[0].strip(" :：,，").casefold()
    command = commands.COMMAND_BY_WORD.get(first_line)
    return command is not None and first_line in command.words


def _take_order_list(turn: Turn) -> bool:
    """A pasted list of hires and numbers needs no command before it, from people who may record orders."""
    return may(commands.COMMAND_BY_NAME["orders"], turn.person, turn.chat.kind) and orders.take_if_list(turn)


def _take_block(turn: Turn, instead_of: Command | None = None) -> bool:
    """A pasted block needs no word before it when its labels are those of one form alone.

    `instead_of`: the command whose word the text begins with; that word is a label when its line is one (新人: 张伟).
    """
    named = [(labelled_fields(form, turn.text), form) for form in commands.FORMS if form.example]
    most = max(count for count, _ in named)
    forms = [form for count, form in named if count == most]
    if most < LABELS_OF_A_BLOCK or len(forms) > 1:
        return False
    if instead_of is not None and labelled_fields(forms[0], turn.text.strip().partition("\n")[0]) == 0:
        return False
    command = commands.COMMAND_BY_WORD.get(forms[0].words[0])
    if command is None or not may(command, turn.person, turn.chat.kind):
        return False
    turn.arguments = turn.text
    command.handler(turn)
    return True


def _answer_in_group(turn: Turn) -> None:
    """In a group only commands are answered, and only people who are known: it must not be flooded."""
    command = _named_command(turn)
    if command is None or not _is_active(turn.person):
        return
    if turn.chat.kind not in command.chats:
        link = f"https://t.me/{turn.surroundings.bot_username}?start=go_{command.name}"
        turn.say(
            turn.t("Let us do this in our private chat."),
            [[Button(turn.t.plain(N_("Open private chat")), url=link)]],
        )
        return
    _run(turn, command)


def _answer_anonymous_admin(turn: Turn) -> None:
    """Somebody who speaks as the group itself: nobody can tell whose rights these are."""
    command = _named_command(turn)
    if command is not None and command.roles == ADMINS:
        turn.say(
            turn.t(
                "I cannot see who you are: you write here as an anonymous admin. Please switch off “Remain anonymous” "
                "and send /{command} again.",
                command=command.name,
            )
        )


def _stay_in_topic(turn: Turn, message: Message) -> None:
    """In a forum, answer in the topic of the message."""
    if message.thread_id is not None:
        turn.chat = Chat(turn.chat.id, turn.chat.kind, turn.chat.title, message.thread_id)


def _run(turn: Turn, command: Command) -> None:
    if may(command, turn.person, turn.chat.kind):
        command.handler(turn)
    elif not _is_active(turn.person):
        turn.say(turn.t(start.refusal(turn)))
    elif turn.chat.kind not in command.chats:
        turn.say(turn.t("/{command} works in the shared group only: please send it there.", command=command.name))
    else:
        turn.say(turn.t("/{command} is not open to your role. /help shows what you can do.", command=command.name))


def _named_command(turn: Turn) -> Command | None:
    """The command a message begins with, addressed to this bot; what follows becomes the arguments."""
    match = re.match(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?=\s|$)", turn.text)
    if match is None:
        return None
    name, addressee = match.groups()
    if addressee and addressee.casefold() != turn.surroundings.bot_username.casefold():
        return None
    turn.arguments = turn.text[match.end() :].strip()
    return commands.COMMAND_BY_NAME.get(name.lower())


def _word_command(turn: Turn) -> Command | None:
    """The command whose plain word a message begins with."""
    word = typed.opening_word(turn.text, commands.COMMAND_BY_WORD)
    if word is None:
        return None
    command, whole = commands.COMMAND_BY_WORD[word], turn.text.lstrip(typed.HEADING_MARKS)
    behind = whole if word in command.verbs else whole[len(word) :]
    turn.arguments = behind.lstrip("】]」*").strip().lstrip(":：,，").strip()
    return command


def _turn(
    session: Session,
    user: Account,
    chat: Place | None,
    said_at: datetime,
    surroundings: Surroundings,
) -> Turn:
    speaker = Speaker(user.id, user.first_name, user.username, user.language_code)
    person = _known_person(session, speaker, said_at, surroundings)
    is_private = chat is None or chat.type == PRIVATE
    return Turn(
        session=session,
        surroundings=surroundings,
        now=said_at,
        speaker=speaker,
        chat=Chat(
            id=user.id if chat is None else chat.id,
            kind=ChatKind.private if is_private else ChatKind.group,
            title="" if chat is None else chat.title,
        ),
        person=person,
        t=translator(_language(session, speaker, person, is_private, surroundings)),
    )


def _known_person(session: Session, speaker: Speaker, said_at: datetime, surroundings: Surroundings) -> Person | None:
    person = person_by_telegram_id(session, speaker.telegram_id)
    if speaker.telegram_id not in surroundings.admin_ids:
        return person
    if person is None:
        person = Person(
            telegram_id=speaker.telegram_id,
            username=speaker.username,
            language=language_of_code(speaker.language_code, surroundings.language),
            created_at=said_at,
        )
        session.add(person)
    if person.role is not Role.admin or person.state is not PersonState.active:
        person.role, person.state = Role.admin, PersonState.active
        session.flush()
    return person


def _language(
    session: Session, speaker: Speaker, person: Person | None, is_private: bool, surroundings: Surroundings
) -> Language:
    if not is_private:
        group = shared_group(session)
        return _as_language(group.language if group else "", surroundings.language)
    if person is not None and person.language:
        return _as_language(person.language, surroundings.language)
    return language_of_code(speaker.language_code, surroundings.language)


def _as_language(stored: str, default: Language) -> Language:
    return "zh" if stored == "zh" else "en" if stored == "en" else default


def _is_active(person: Person | None) -> bool:
    return person is not None and person.state is PersonState.active


def _is_joining(turn: Turn) -> bool:
    """Somebody who sent /start and is being asked for name and company."""
    return turn.person is not None and turn.person.state is PersonState.pending
