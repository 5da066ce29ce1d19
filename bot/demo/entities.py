"""Texts with formatting: Telegram's HTML, and what it finds in plain text by itself.

Offsets and lengths are counted in UTF-16 code units, as in the Bot API. Errors carry the words of Telegram.
"""

import re
from dataclasses import dataclass, replace

from bot.demo.refusal import JsonObject, bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
}
_CODE = ("code", "pre")
_QUOTES = ("blockquote", "expandable_blockquote")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER_REFERENCE = re.compile(r"&(?:#(?P<dec>\d{1,7})|#x(?P<hex>[0-9a-fA-F]{1,6})|(?P<name>[a-z]+));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_FOUND = (
    (
        "bot_command",
        re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@])", re.ASCII),
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    (
        "url",
        re.compile(r"(?:https?|tg)://[^\s<>\"，。；、）]+|(?<![\w@./-])(?:t\.me|telegram\.org)/[^\s<>\"，。；、）]+"),
    ),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}(?!\w)", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#(?!\d+\b)\w{1,255}")),
)


@dataclass(frozen=True)
class Entity:
    """One stretch of formatted text."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_json(self, users: dict[int, JsonObject]) -> JsonObject:
        """The entity as the Bot API shows it; `users` gives the people who can be mentioned by id."""
        shown: JsonObject = {"type": self.type, "offset": self.offset, "length": self.length}
        if self.url is not None:
            shown["url"] = self.url
        if self.user_id is not None:
            shown["user"] = users[self.user_id]
        if self.language is not None:
            shown["language"] = self.language
        if self.custom_emoji_id is not None:
            shown["custom_emoji_id"] = self.custom_emoji_id
        return shown


@dataclass(frozen=True)
class Formatted:
    """A text and its formatting."""

    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML; RefusedError (400, "can't parse entities: …") for what Telegram refuses."""
    return _HtmlReader(source).read()


def plain_text(source: str) -> Formatted:
    """A text without markup, trimmed as Telegram trims it."""
    return _trimmed(Formatted(source))


def with_found_entities(formatted: Formatted) -> Formatted:
    """Add the commands, links, mentions and hashtags that Telegram finds by itself."""
    taken = [entity for entity in formatted.entities if entity.type in (*_CODE, "text_link")]
    found: list[Entity] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(formatted.text):
            entity = Entity(kind, utf16_length(formatted.text[: match.start()]), utf16_length(match.group()))
            if all(entity.end <= other.offset or other.end <= entity.offset for other in taken):
                found.append(entity)
                taken.append(entity)
    return Formatted(formatted.text, _in_order([*formatted.entities, *found]))


def command_in(formatted: Formatted) -> str | None:
    """The command a text begins with, such as "start" or "start@some_bot"; None when there is none."""
    for entity in formatted.entities:
        if entity.type == "bot_command" and entity.offset == 0:
            return formatted.text[1 : entity.length]
    return None


@dataclass(frozen=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int
    """Where its content begins, in UTF-16 units."""
    pieces: int
    """The same, in pieces of the plain text."""


class _HtmlReader:
    """Reads a source from left to right: the plain text so far, what was formatted in it, and the tags still open."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._plain: list[str] = []
        self._offset = 0
        self._entities: list[Entity] = []
        self._open_tags: list[_OpenTag] = []

    def read(self) -> Formatted:
        """The whole text; RefusedError at the first thing that Telegram refuses."""
        while self._at < len(self._source):
            if self._source.startswith("</", self._at):
                self._read_end_tag()
            elif self._source[self._at] == "<":
                self._read_start_tag()
            else:
                self._read_character()
        if self._open_tags:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self._open_tags[-1].name}"')
        entities = _without_nested(_merge_code_in_pre(self._entities))
        return _trimmed(Formatted("".join(self._plain), _in_order(entities)))

    def _read_character(self) -> None:
        reference = _CHARACTER_REFERENCE.match(self._source, self._at)
        character = _decode(reference) if reference is not None else None
        if reference is not None and character is not None:
            self._at = reference.end()
        else:
            character = self._source[self._at]
            self._at += 1
        self._plain.append(character)
        self._offset += utf16_length(character)

    def _read_start_tag(self) -> None:
        place = self._place()
        name, end = self._tag_name(self._at + 1)
        if end >= len(self._source):
            raise _unparsable(f"Unclosed start tag {place}")
        if name not in _TAGS:
            raise _unparsable(f'Unsupported start tag "{name}" {place}')
        attributes, self._at = _read_attributes(self._source, name, end, place)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" {place}')
        self._open_tags.append(_OpenTag(name, attributes, self._offset, len(self._plain)))

    def _read_end_tag(self) -> None:
        place = self._place()
        if not self._open_tags:
            raise _unparsable(f"Unexpected end tag {place}")
        name, end = self._tag_name(self._at + 2)
        end = _after_spaces(self._source, end)
        if end >= len(self._source) or self._source[end] != ">":
            raise _unparsable(f"Unclosed end tag {place}")
        tag = self._open_tags.pop()
        if name and name != tag.name:
            raise _unparsable(f'Unmatched end tag {place}, expected "</{tag.name}>", found "</{name}>"')
        if self._offset > tag.offset:
            self._entities.extend(_entity_of(tag, self._offset, "".join(self._plain[tag.pieces :])))
        self._at = end + 1

    def _tag_name(self, begin: int) -> tuple[str, int]:
        """The name that begins there, in lower case, and where it ends."""
        end = begin
        while end < len(self._source) and not self._source[end].isspace() and self._source[end] != ">":
            end += 1
        return self._source[begin:end].lower(), end

    def _place(self) -> str:
        return f"at byte offset {len(self._source[: self._at].encode())}"


def _after_spaces(source: str, at: int) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    return at


def _unparsable(what: str) -> Exception:
    return bad_request(f"can't parse entities: {what}")


def _decode(reference: re.Match[str]) -> str | None:
    if name := reference["name"]:
        return _NAMED.get(name)
    number = int(reference["dec"]) if reference["dec"] else int(reference["hex"], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else None


def _read_attributes(source: str, tag: str, at: int, place: str) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while True:
        at = _after_spaces(source, at)
        if at >= len(source):
            raise _unparsable(f'Unclosed start tag "{tag}" {place}')
        if source[at] == ">":
            return attributes, at + 1
        match = _ATTRIBUTE.match(source, at)
        if match is None:
            raise _unparsable(f'Empty attribute name in the tag "{tag}" {place}')
        value = next((group for group in match.groups()[1:] if group is not None), "")
        attributes[match[1].lower()] = re.sub(
            _CHARACTER_REFERENCE, lambda reference: _decode(reference) or reference[0], value
        )
        at = match.end()


def _entity_of(tag: _OpenTag, end: int, inside: str) -> list[Entity]:
    kind, length = _TAGS[tag.name], end - tag.offset
    if tag.name == "a":
        url = tag.attributes.get("href") or inside
        if mention := re.fullmatch(r"tg://user\?id=(\d+)", url):
            return [Entity("text_mention", tag.offset, length, user_id=int(mention[1]))]
        if not re.match(r"(https?|tg|mailto|ftp)://?\S|[\w-]+(\.[\w-]+)+", url):
            return []
        return [Entity(kind, tag.offset, length, url=url if "://" in url else f"http://{url}")]
    if tag.name == "tg-emoji":
        return [Entity(kind, tag.offset, length, custom_emoji_id=tag.attributes.get("emoji-id", "0"))]
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        return [Entity("expandable_blockquote", tag.offset, length)]
    language = tag.attributes.get("class", "")
    if tag.name == "code" and language.startswith("language-"):
        return [Entity(kind, tag.offset, length, language=language.removeprefix("language-"))]
    return [Entity(kind, tag.offset, length)]


def _merge_code_in_pre(entities: list[Entity]) -> list[Entity]:
    # <pre><code class="language-x"> is one block with a language; a language outside a block is dropped.
    merged: list[Entity] = []
    for entity in entities:
        if entity.type == "code":
            around = [e for e in entities if e.type == "pre" and (e.offset, e.length) == (entity.offset, entity.length)]
            if around:
                continue
            entity = replace(entity, language=None)
        if entity.type == "pre":
            inner = [e for e in entities if e.type == "code" and (e.offset, e.length) == (entity.offset, entity.length)]
            entity = replace(entity, language=inner[0].language if inner else None)
        merged.append(entity)
    return merged


def _without_nested(entities: list[Entity]) -> list[Entity]:
    # Code contains no other formatting, and a quote no quotes: Telegram drops what stands inside.
    def drops(outer: Entity, inner: Entity) -> bool:
        both_quotes = outer.type in _QUOTES and inner.type in _QUOTES
        inside = outer.offset <= inner.offset and inner.end <= outer.end
        return inner is not outer and inside and (outer.type in _CODE or both_quotes)

    return [inner for inner in entities if not any(drops(outer, inner) for outer in entities)]


def _in_order(entities: list[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length)))


def _trimmed(formatted: Formatted) -> Formatted:
    lead = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip())
    text = formatted.text.strip()
    size = utf16_length(text)
    entities = []
    for entity in formatted.entities:
        start, end = max(entity.offset - lead, 0), min(entity.end - lead, size)
        if end > start:
            entities.append(replace(entity, offset=start, length=end - start))
    return Formatted(text, tuple(entities))
