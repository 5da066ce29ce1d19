"""The one driver of every form: starts it, takes answers and button presses, and has it saved when it is confirmed.

Where a conversation stands is in `Conversation.state` alone (`progress.Progress`), written in the turn's transaction.
Role and state of the person are asked at every step. Callback data: `f:<conversation>:<step>:<action>[:<argument>]`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from markupsafe import Markup

from handlers.forms import rows, typed
from handlers.forms.fields import Rows, Values, Wrong
from handlers.forms.filling import Filling, Stale
from handlers.forms.form import Form
from handlers.forms.kinds import Text
from handlers.forms.paste import parse_block
from handlers.forms.progress import Progress, Screen, field_at, is_unchanged
from handlers.forms.screens import BUTTON
from handlers.keyboards import Button, button_data
from handlers.translations import N_
from handlers.turn import Turn
from storage.conversations import (
    OpenConversation,
    active_conversation,
    conversation_of,
    end_conversation,
    set_aside,
    take_up,
    waiting_conversations,
)
from storage.people import PersonId

OLD_BUTTON = N_("This button is an old one. Here is where we are now.")
GONE_BUTTON = N_("This button is an old one and does nothing any more.")
FINISHED = N_("This is finished already; nothing is recorded twice.")
NOT_OPEN = N_("Sorry, this is not open to you at present; nothing was recorded. An admin can help.")
RECORD_GONE = N_("This record is no longer there, or is not yours to edit.")
RESUMED = N_("You began this on {moment} and had not finished. Here is where you were.")
SET_ASIDE = N_("“{title}” is kept as it is; you can go on with it afterwards.")
CANCELLED = N_("Cancelled: nothing was recorded.")
UNCHANGED = N_("Nothing was changed: the record stays as it is.")
EDIT_CANCELLED = N_("Editing stopped: the record stays as it was.")
STILL_OPEN = N_("“{title}”, begun on {moment}, is still half filled.")
NOTHING_OPEN = N_("Nothing is being filled in at the moment, so there is nothing to cancel.")
NO_TEXT = N_("Please answer with a text message or one of the buttons.")


def start(
    turn: Turn, form: Form, *, values: Values | None = None, record_id: int | None = None, pasted: str = ""
) -> None:
    """Begin a form, or go on with the one of its kind that is half filled (unless other values or a block are given).

    `values` are taken as answered; with `record_id` the stored record is loaded and its card shown; `pasted` is a block
    of labelled lines, or the answer to the first question. What else was being filled is set aside, never lost.
    """
    if not _may(turn, form):
        _refuse(turn)
        return
    given = dict(values or {})
    open_one = None if pasted.strip() else _half_filled(turn, form, record_id, given)
    if open_one is not None:
        _take_up(turn, open_one)
        filling = Filling.of(turn, form, open_one)
        if filling.progress.screen is Screen.leave:
            filling.stay()
        moment = turn.t.moment(open_one.started_at, turn.zone)
        _show(filling, [turn.t(RESUMED, moment=moment)], anew=True, can_restart=True)
        return
    if record_id is not None and form.load is not None:
        loaded = form.load(turn, record_id)
        if loaded is None:
            turn.say(turn.t(RECORD_GONE))
            return
        given = loaded | given
    above = _make_room(turn)
    conversation = OpenConversation(
        person_id=_person_id(turn),
        chat_id=turn.chat.id,
        form=form.name,
        started_at=turn.now,
        updated_at=turn.now,
    )
    progress = Progress(title=form.title, values=dict(given), given=given, record_id=record_id)
    # Answers that came with a typed command are the person's own words; those of a button are ours.
    progress.touched = turn.press is None and any(each.key in given for each in form.fields)
    filling = Filling(turn, form, conversation, progress)
    filling.forward()
    filling.store()
    if pasted.strip():
        above += _take_pasted(filling, pasted)
    _show(filling, above, anew=True)


def resume(turn: Turn, conversation: OpenConversation, form: Form) -> None:
    """Show where a conversation stands and let it go first from here on."""
    if not _may(turn, form):
        _refuse(turn)
        return
    _take_up(turn, conversation)
    _show(Filling.of(turn, form, conversation))


def nothing_to_cancel(turn: Turn) -> None:
    """Answer a Cancel where nothing is being filled in; what waits is offered."""
    turn.say(turn.t(NOTHING_OPEN))
    _offer_waiting(turn)


def takes_text(turn: Turn, conversation: OpenConversation, form: Form) -> bool:
    """Whether the question on the screen is answered by typing alone, so that any word may be its answer."""
    progress = Progress.from_json(conversation.state)
    each = field_at(form, progress.at) if progress.screen is Screen.question else None
    if each is None or isinstance(each.kind, Rows):
        return False
    return isinstance(each.kind, Text) or not each.kind.options(Filling.of(turn, form, conversation).inner)


def answer_text(turn: Turn, conversation: OpenConversation, form: Form, *, other_words: Collection[str] = ()) -> bool:
    """Take what was typed. False, with nothing said or changed, when it is no answer here and is a command or begins
    with one of `other_words` (the words of commands and other forms, casefolded)."""
    if not _may(turn, form):
        _refuse(turn)
        return True
    text = turn.text.encode("utf-8", "ignore").decode("utf-8").strip()
    if typed.is_command(text):
        return False
    _take_up(turn, conversation)
    filling = Filling.of(turn, form, conversation)
    if not text:
        _show(filling, [turn.t(NO_TEXT)])
        return True
    try:
        reply = typed.answer(filling, text)
    except (Wrong, Stale) as wrong:
        if typed.opening_word(text, other_words) is not None:
            return False
        # The moves leave everything as it was when they refuse.
        filling = Filling.of(turn, form, conversation)
        sentence = turn.t(NO_TEXT) if isinstance(wrong, Stale) else turn.t(wrong.message, **wrong.values)
        _show(filling, [sentence])
        return True
    _follow(filling, reply.then, reply.above)
    return True


def press(turn: Turn, forms: Mapping[str, Form]) -> None:
    """Answer a pressed button of a form. The data carries no right: person, conversation and step are looked up."""
    arguments = turn.press.arguments if turn.press else ()
    number, step, action = (*arguments, "", "", "")[:3]
    argument = ":".join(arguments[3:])
    conversation = _own_conversation(turn, number)
    form = forms.get(conversation.form) if conversation is not None else None
    if conversation is None or form is None:
        _answer_gone(turn, forms, action)
        return
    if not _may(turn, form):
        _refuse(turn)
        return
    if action == "resume":
        resume(turn, conversation, form)
        return
    if step != str(conversation.step):
        _answer_old(turn, forms, conversation, form)
        return
    _take_up(turn, conversation)
    filling = Filling.of(turn, form, conversation)
    try:
        then = _move(filling, action, argument)
    except Stale:
        _answer_old(turn, forms, conversation, form)
    except Wrong as wrong:
        _show(Filling.of(turn, form, conversation), [turn.t(wrong.message, **wrong.values)])
    else:
        _follow(filling, then)


def _move(filling: Filling, action: str, argument: str) -> typed.Then:
    """Make the move of a button; what is to follow. Raises Wrong, or Stale for a button of another screen."""
    screen, then = filling.progress.screen, typed.Then
    ends = {
        "confirm": (Screen.card, then.save),
        "cancel-yes": (Screen.leave, then.discard),
        "restart-yes": (Screen.leave, then.restart),
    }
    if action in ends:
        needed, follows = ends[action]
        if screen is not needed or (action != "confirm" and not action.startswith(filling.progress.leaving)):
            raise Stale
        return follows
    if action == "cancel":
        return typed.cancel(filling)
    moves: dict[str, Callable[[], None]] = {
        "option": lambda: filling.choose(argument),
        "toggle": lambda: filling.toggle(argument),
        "page": lambda: filling.turn_page(argument),
        "done": lambda: rows.done(filling) if filling.is_at_rows else filling.done(),
        "keep": filling.keep,
        "skip": filling.skip,
        "back": filling.back,
        "edit": lambda: filling.edit(argument),
        "add": lambda: filling.add_extra(argument) if screen is Screen.card else rows.add(filling),
        "suggest": lambda: rows.suggest(filling, argument),
        "row": lambda: rows.open_row(filling, argument),
        "remove": lambda: rows.remove(filling, argument),
        "restart": lambda: filling.leave("restart"),
        "stay": filling.stay,
    }
    if action not in moves:
        raise Stale
    moves[action]()
    return then.go_on


def _follow(filling: Filling, then: typed.Then, above: Sequence[str | Markup] = ()) -> None:
    if then is typed.Then.save:
        _save(filling)
    elif then is typed.Then.discard:
        _discard(filling)
    else:
        if then is typed.Then.restart:
            filling.restart()
        _show(filling, above)


def _save(filling: Filling) -> None:
    """Have the form saved, once: the conversation goes in the same savepoint, so a second Confirm finds nothing."""
    turn, session = filling.turn, filling.turn.session
    wrong = filling.first_complaint()
    if wrong is None and is_unchanged(filling.form, filling.progress, filling.form_turn.values):
        _end(filling, UNCHANGED)
        return
    if wrong is None:
        filling.store()
        final = filling.form_turn
        try:
            with session.begin_nested():
                end_conversation(session, filling.conversation)
                filling.form.save(final)
            _offer_waiting(turn)
            return
        except Wrong as refused:
            wrong = refused
            filling = Filling.of(turn, filling.form, filling.conversation)
    _show(filling, [turn.t(wrong.message, **wrong.values)])


def _discard(filling: Filling) -> None:
    _end(filling, EDIT_CANCELLED if filling.progress.record_id is not None else CANCELLED)


def _end(filling: Filling, sentence: str) -> None:
    """Let the form go with nothing recorded."""
    turn = filling.turn
    end_conversation(turn.session, filling.conversation)
    turn.redraw(turn.t(sentence))
    _offer_waiting(turn)


def _offer_waiting(turn: Turn) -> None:
    """After one form is done: a button for the newest that waits."""
    person_id = _person_id(turn)
    waiting = waiting_conversations(turn.session, person_id)
    if not waiting or active_conversation(turn.session, person_id) is not None:
        return
    first, t = waiting[0], turn.t
    title = t.plain(str(first.state.get("title", "")))
    data = button_data(BUTTON, first.id, first.step, "resume")
    turn.say(
        t(STILL_OPEN, title=title, moment=t.moment(first.started_at, turn.zone)),
        [[Button(t.plain(N_("Go on: {title}"), title=title), data)]],
    )


def _show(
    filling: Filling, above: Sequence[str | Markup] = (), *, anew: bool = False, can_restart: bool = False
) -> None:
    """Store the progress and draw the screen: in place after a tap, as a new message after a typed answer."""
    filling.store()
    text, keyboard = filling.drawn(above)
    if can_restart and filling.progress.touched:
        keyboard = [*keyboard, [filling.view().word(N_("Start over"), "restart")]]
    if anew:
        filling.turn.say(text, keyboard)
    else:
        filling.turn.redraw(text, keyboard)


def _answer_gone(turn: Turn, forms: Mapping[str, Form], action: str) -> None:
    """A button whose conversation was saved, cancelled or never was this person's."""
    turn.toast(turn.t.plain(FINISHED if action == "confirm" else GONE_BUTTON))
    if action == "confirm" or turn.person is None or turn.person.id is None:
        return
    current = active_conversation(turn.session, turn.person.id)
    form = forms.get(current.form) if current is not None else None
    if current is not None and form is not None and _may(turn, form):
        turn.toast(turn.t.plain(OLD_BUTTON))
        _show(Filling.of(turn, form, current), anew=True)


def _answer_old(turn: Turn, forms: Mapping[str, Form], conversation: OpenConversation, form: Form) -> None:
    """A button of an earlier question: say so and draw the present one."""
    turn.toast(turn.t.plain(OLD_BUTTON))
    current = active_conversation(turn.session, _person_id(turn))
    current_form = forms.get(current.form) if current is not None else None
    if current is not None and current_form is not None and current.id != conversation.id:
        _show(Filling.of(turn, current_form, current))
    else:
        resume(turn, conversation, form)


def _take_pasted(filling: Filling, pasted: str) -> list[str | Markup]:
    """Merge what came with the command: a block, or the answer to the first question."""
    block = parse_block(filling.form, pasted, filling.known)
    if block.labelled or filling.progress.screen is not Screen.question:
        return [*filling.take_block(block)]
    before = filling.progress.to_json()
    try:
        return [*typed.answer_question(filling, pasted.strip())]
    except (Wrong, Stale) as wrong:
        filling.progress = Progress.from_json(before)
        return [filling.turn.t(wrong.message, **wrong.values)] if isinstance(wrong, Wrong) else []


def _half_filled(turn: Turn, form: Form, record_id: int | None, given: Values) -> OpenConversation | None:
    """The person's open conversation of this form about the same thing."""
    person_id = _person_id(turn)
    current = active_conversation(turn.session, person_id)
    for conversation in [*([current] if current else []), *waiting_conversations(turn.session, person_id)]:
        progress = Progress.from_json(conversation.state)
        agrees = all(progress.values.get(key, value) == value for key, value in given.items())
        if conversation.form == form.name and progress.record_id == record_id and progress.touched and agrees:
            return conversation
    return None


def _make_room(turn: Turn) -> list[str | Markup]:
    """Set aside what is being filled; one into which nothing was filled yet simply goes."""
    person_id = _person_id(turn)
    current = active_conversation(turn.session, person_id)
    if current is None:
        return []
    progress = Progress.from_json(current.state)
    if not progress.touched:
        end_conversation(turn.session, current)
        return []
    set_aside(turn.session, person_id)
    return [turn.t(SET_ASIDE, title=turn.t.plain(progress.title))]


def _take_up(turn: Turn, conversation: OpenConversation) -> None:
    """Make a conversation the active one."""
    if not conversation.active:
        _make_room(turn)
        take_up(turn.session, conversation)


def _own_conversation(turn: Turn, number: str) -> OpenConversation | None:
    if not (number.isascii() and number.isdecimal() and len(number) <= 9) or turn.person is None:
        return None
    return conversation_of(turn.session, _person_id(turn), int(number))


def _may(turn: Turn, form: Form) -> bool:
    return turn.person is not None and turn.person.state in form.states and turn.person.role in form.roles


def _refuse(turn: Turn) -> None:
    if turn.press is not None:
        turn.toast(turn.t.plain(NOT_OPEN), alert=True)
    else:
        turn.say(turn.t(NOT_OPEN))


def _person_id(turn: Turn) -> PersonId:
    person_id = turn.who.id
    assert person_id is not None
    return person_id
