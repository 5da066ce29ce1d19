"""Updates of every kind the Bot API knows, and of kinds it does not, as hypothesis strategies.

An update is a plain JSON object as on the wire; its `update_id` is put in when it is delivered. `Steps` are what a
strategy cannot know beforehand: which buttons stand in a chat at that moment.
"""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from hypothesis import strategies as st

from tests.fuzz.words import any_text, callback_data, texts

Update: TypeAlias = dict[str, object]
"""JSON as on the wire."""

NOW = 1_795_399_200
"""2026-11-23 10:00 in Shanghai, as Telegram writes dates."""


@dataclass(frozen=True)
class Scene:
    """Who and where: Telegram ids of people with an open chat, and of groups the bot is in."""

    people: tuple[int, ...]
    groups: tuple[int, ...]
    bot_id: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class RealPress:
    """Somebody presses a button that really stands in a chat: the `index`th from the newest."""

    person: int
    group: int | None
    index: int


Step: TypeAlias = Update | RealPress

junk: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text(12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text(6), inner, max_size=3),
    max_leaves=6,
)
NONSENSE_DATES = (0, 1, -1, -(10**12), 2**31, 2**33 - 1, 2**33, 10**18)
dates: st.SearchStrategy[object] = st.tuples(st.integers(0, 19), st.integers(NOW - 86400 * 3, NOW + 86400)).flatmap(
    lambda drawn: st.just(drawn[1]) if drawn[0] else st.sampled_from(NONSENSE_DATES)
)
small = st.integers(1, 10**6)

_FILE: Update = {"file_unique_id": "u", "file_size": 10}
_SIZE: Update = {**_FILE, "file_id": "p", "width": 90, "height": 90}
_USER: Update = {"id": 4242, "is_bot": False, "first_name": "某人"}

CONTENTS: tuple[Update, ...] = (
    {"photo": [dict(_SIZE)]},
    {"video": {**_SIZE, "duration": 1}},
    {"animation": {**_SIZE, "duration": 1}},
    {"audio": {**_FILE, "file_id": "a", "duration": 1}},
    {"voice": {**_FILE, "file_id": "v", "duration": 1}},
    {"video_note": {**_FILE, "file_id": "n", "length": 10, "duration": 1}},
    {"sticker": {**_SIZE, "type": "regular", "is_animated": False, "is_video": False}},
    {"contact": {"phone_number": "13800000000", "first_name": "王"}},
    {"location": {"latitude": 30.0, "longitude": 120.0}},
    {"venue": {"location": {"latitude": 30.0, "longitude": 120.0}, "title": "店", "address": "路"}},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"game": {"title": "g", "description": "d", "photo": [dict(_SIZE)]}},
    {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
        }
    },
    {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}},
    {"invoice": {"title": "t", "description": "d", "start_parameter": "s", "currency": "CNY", "total_amount": 1}},
    {
        "successful_payment": {
            "currency": "CNY",
            "total_amount": 1,
            "invoice_payload": "p",
            "telegram_payment_charge_id": "1",
            "provider_payment_charge_id": "2",
        }
    },
    {"new_chat_members": [dict(_USER)]},
    {"left_chat_member": dict(_USER)},
    {"new_chat_title": "新群名"},
    {"new_chat_photo": [dict(_SIZE)]},
    {"delete_chat_photo": True},
    {"group_chat_created": True},
    {"supergroup_chat_created": True},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
    {"migrate_from_chat_id": -4000},
    {"connected_website": "example.com"},
    {"write_access_allowed": {"from_request": True}},
    {"users_shared": {"request_id": 1, "users": [{"user_id": 1}]}},
    {"chat_shared": {"request_id": 1, "chat_id": -5}},
    {"proximity_alert_triggered": {"traveler": dict(_USER), "watcher": dict(_USER), "distance": 1}},
    {"boost_added": {"boost_count": 1}},
    {"forum_topic_created": {"name": "t", "icon_color": 1}},
    {"forum_topic_edited": {"name": "t"}},
    {"forum_topic_closed": {}},
    {"forum_topic_reopened": {}},
    {"general_forum_topic_hidden": {}},
    {"video_chat_started": {}},
    {"video_chat_ended": {"duration": 1}},
    {"video_chat_scheduled": {"start_date": NOW}},
    {"video_chat_participants_invited": {"users": [dict(_USER)]}},
    {"web_app_data": {"data": "x", "button_text": "y"}},
    {"passport_data": {"data": [], "credentials": {"data": "", "hash": "", "secret": ""}}},
    {"giveaway_created": {}},
    {"paid_media": {"star_count": 1, "paid_media": []}},
    {"checklist": {"title": "t", "tasks": [{"id": 1, "text": "a"}]}},
    {"gift": {"gift": {"id": "1", "sticker": {}, "star_count": 1}}},
    {"content_of_a_coming_year": {"x": 1}},
    {},
)
"""Every content a message may have besides text, and none."""


@cache
def users(scene: Scene) -> st.SearchStrategy[Update]:
    """Somebody: mostly one with an open chat."""
    code: st.SearchStrategy[object] = st.sampled_from(("zh-hans", "en", "ar", "x" * 40, "", None))
    base = st.fixed_dictionaries(
        {"id": st.sampled_from(scene.people), "is_bot": st.just(False), "first_name": any_text(12)},
        optional={"last_name": any_text(12), "username": any_text(12), "language_code": code, "is_premium": junk},
    )
    return base.map(dict)


def chats(scene: Scene, user: Update) -> st.SearchStrategy[Update]:
    """The person's private chat three times out of four, else a group."""
    private: Update = {"id": user["id"], "type": "private", "first_name": user["first_name"]}
    kinds = st.sampled_from(("group", "supergroup"))
    group = st.tuples(st.sampled_from(scene.groups), kinds, any_text(20)).map(
        lambda drawn: {"id": drawn[0], "type": drawn[1], "title": drawn[2]}
    )
    return st.one_of(st.just(private), st.just(private), st.just(private), group.map(dict))


@cache
@st.composite
def messages(draw: st.DrawFn, scene: Scene) -> Update:
    """A message with text, or with any other content and perhaps a caption."""
    user = draw(users(scene))
    chat = draw(chats(scene, user))
    message: Update = {"message_id": draw(small), "date": draw(dates), "chat": chat, "from": user}
    if draw(st.integers(0, 9)) < 7:
        message["text"] = draw(texts())
    else:
        message |= draw(_contents(scene))
        if draw(st.booleans()):
            message["caption"] = draw(texts())
    extra = draw(st.sampled_from(("", "", "", "", "topic", "reply", "forward", "entities", "via", "anonymous")))
    if extra == "topic":
        message |= {"is_topic_message": True, "message_thread_id": draw(small)}
    elif extra == "reply":
        message["reply_to_message"] = {"message_id": 5, "date": NOW, "chat": dict(chat), "text": "x"}
    elif extra == "forward":
        message["forward_origin"] = {"type": "hidden_user", "date": NOW, "sender_user_name": "x"}
    elif extra == "entities":
        message["entities"] = [{"type": "bot_command", "offset": draw(small), "length": draw(small)}]
    elif extra == "via":
        message["via_bot"] = {"id": 99, "is_bot": True, "first_name": "b"}
    elif extra == "anonymous":
        message |= {"sender_chat": dict(chat), "author_signature": "x"}
    return message


@cache
def _contents(scene: Scene) -> st.SearchStrategy[Update]:
    """Whatever a message can hold instead of text."""
    names = ("名册.xlsx", "a.csv", "a.xls", "a", "", "x" * 200, "假期.xlsx")
    documents = (
        {"document": {**_FILE, "file_id": file_id, "file_name": name}} for file_id in scene.files for name in names
    )
    return st.sampled_from((*CONTENTS, *documents))


@cache
@st.composite
def presses(draw: st.DrawFn, scene: Scene) -> Update:
    """A press with forged data, under any message or none."""
    user = draw(users(scene))
    query: Update = {"id": str(draw(small)), "from": user, "chat_instance": "1", "data": draw(callback_data())}
    under = draw(st.sampled_from(("message", "message", "message", "inaccessible", "inline", "game")))
    if under in {"message", "inaccessible"}:
        chat = draw(chats(scene, user))
        message: Update = {"message_id": draw(small), "date": 0 if under == "inaccessible" else NOW, "chat": chat}
        query["message"] = message
    elif under == "inline":
        query["inline_message_id"] = "x"
    else:
        query["game_short_name"] = query.pop("data")
    return query


@cache
@st.composite
def memberships(draw: st.DrawFn, scene: Scene) -> Update:
    """The bot, or somebody, comes, goes or is blocked."""
    user = draw(users(scene))
    whose = draw(st.sampled_from((scene.bot_id, scene.bot_id, 4242)))
    statuses = ("member", "left", "kicked", "administrator", "restricted", "creator", "a new one")

    def member(status: str) -> Update:
        return {"user": {"id": whose, "is_bot": whose == scene.bot_id, "first_name": "b"}, "status": status}

    return {
        "chat": draw(chats(scene, user)),
        "from": user,
        "date": draw(dates),
        "old_chat_member": member(draw(st.sampled_from(statuses))),
        "new_chat_member": member(draw(st.sampled_from(statuses))),
    }


@cache
def other_updates(scene: Scene) -> st.SearchStrategy[Update]:
    """The kinds the bot did not ask for: Telegram may deliver some all the same."""
    channel: Update = {
        "message_id": 1,
        "date": NOW,
        "chat": {"id": -1009, "type": "channel", "title": "c"},
        "text": "/me",
    }
    user: Update = {"id": scene.people[0], "is_bot": False, "first_name": "x"}
    group: Update = {"id": scene.groups[0], "type": "supergroup", "title": "g"}
    poll = CONTENTS[12]["poll"]
    boost: Update = {
        "boost_id": "1",
        "add_date": NOW,
        "expiration_date": NOW,
        "source": {"source": "premium", "user": user},
    }
    removed: Update = {"boost_id": "1", "remove_date": NOW, "source": {"source": "premium", "user": user}}
    order: Update = {"id": "1", "from": user, "invoice_payload": "x"}
    kinds: tuple[Update, ...] = (
        {"channel_post": channel},
        {"edited_channel_post": {**channel, "edit_date": NOW}},
        {"business_connection": {"id": "1", "user": user, "user_chat_id": 1, "date": NOW, "is_enabled": True}},
        {"business_message": {**channel, "business_connection_id": "1", "from": user}},
        {"edited_business_message": {**channel, "business_connection_id": "1"}},
        {"deleted_business_messages": {"business_connection_id": "1", "chat": group, "message_ids": [1]}},
        {"message_reaction": {"chat": group, "message_id": 1, "date": NOW, "old_reaction": [], "new_reaction": []}},
        {"message_reaction_count": {"chat": group, "message_id": 1, "date": NOW, "reactions": []}},
        {"inline_query": {"id": "1", "from": user, "query": "x", "offset": ""}},
        {"chosen_inline_result": {"result_id": "1", "from": user, "query": "x"}},
        {"shipping_query": {**order, "shipping_address": {}}},
        {"pre_checkout_query": {**order, "currency": "CNY", "total_amount": 1}},
        {"purchased_paid_media": {"from": user, "paid_media_payload": "x"}},
        {"poll": poll},
        {"poll_answer": {"poll_id": "1", "user": user, "option_ids": [0], "option_persistent_ids": ["1"]}},
        {
            "chat_member": {
                "chat": group,
                "from": user,
                "date": NOW,
                "old_chat_member": {"user": user, "status": "left"},
                "new_chat_member": {"user": user, "status": "member"},
            }
        },
        {"chat_join_request": {"chat": group, "from": user, "user_chat_id": 1, "date": NOW}},
        {"chat_boost": {"chat": group, "boost": boost}},
        {"removed_chat_boost": {"chat": group, **removed}},
        {"a_kind_of_a_coming_year": {"x": 1, "from": user}},
        {},
    )
    return st.sampled_from(kinds).map(dict)


@st.composite
def _bent(draw: st.DrawFn, update: Update) -> Update:
    """The same with a field missing, replaced or added, at any depth."""
    if not update:
        return {"field_of_a_coming_year": draw(junk)}
    holder, key = draw(st.sampled_from(list(_fields(update, 5))))
    bend = draw(st.sampled_from(("missing", "missing", "other", "unknown")))
    if bend == "missing":
        return _with(update, holder, key, None, drop=True)
    return _with(update, holder, key if bend == "other" else "field_of_a_coming_year", draw(junk), drop=False)


def _fields(value: object, depth: int, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    if not isinstance(value, dict) or depth == 0:
        return []
    found = [(path, key) for key in value]
    for key, inner in value.items():
        found += _fields(inner, depth - 1, (*path, key))
    return found


def _with(value: Update, path: tuple[str, ...], key: str, new: object, *, drop: bool) -> Update:
    copy = dict(value)
    if path:
        inner = copy[path[0]]
        assert isinstance(inner, dict)
        copy[path[0]] = _with(inner, path[1:], key, new, drop=drop)
    elif drop:
        copy.pop(key)
    else:
        copy[key] = new
    return copy


@cache
def real_presses(scene: Scene) -> st.SearchStrategy[RealPress]:
    """One of the buttons that stand in a chat, by somebody who may or may not be meant."""
    group = st.none() | st.none() | st.none() | st.sampled_from(scene.groups)
    return st.builds(RealPress, st.sampled_from(scene.people), group, st.integers(0, 12))


@cache
@st.composite
def steps(draw: st.DrawFn, scene: Scene) -> Step:
    """One thing that happens: mostly what people really do, the rest forged, bent or foreign."""
    # Left to itself hypothesis prefers the first of several choices by far.
    chance = draw(st.randoms(use_true_random=True))
    kind = chance.choice(KINDS)
    if kind == "real press":
        return draw(real_presses(scene))
    if kind == "bent":
        kind = chance.choice([kind for kind in KINDS if kind not in {"real press", "bent"}])
        return draw(_bent(draw(well_formed(scene, kind))))
    return draw(well_formed(scene, kind))


KINDS = (
    *["message"] * 9,
    *["real press"] * 6,
    *["callback_query"] * 3,
    *["bent"] * 2,
    "edited_message",
    "my_chat_member",
    "other",
)


@cache
@st.composite
def well_formed(draw: st.DrawFn, scene: Scene, kind: str) -> Update:
    """An update of a kind as the Bot API describes it."""
    if kind == "callback_query":
        return {kind: draw(presses(scene))}
    if kind == "my_chat_member":
        return {kind: draw(memberships(scene))}
    if kind == "other":
        return draw(other_updates(scene))
    message = draw(messages(scene))
    return {kind: message | {"edit_date": NOW}} if kind == "edited_message" else {"message": message}
