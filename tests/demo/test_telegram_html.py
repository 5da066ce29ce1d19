"""Texts as Telegram reads them: HTML, entities with UTF-16 offsets, and what it finds by itself."""

import pytest

from bot.demo.entities import Entity, command_in, parse_html, plain_text, with_found_entities
from bot.demo.refusal import RefusedError


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", ()),
        ("<b>出单率</b> 12/18", "出单率 12/18", (Entity("bold", 0, 3),)),
        ("😀 <i>a</i>", "😀 a", (Entity("italic", 3, 1),)),
        ("<B>x</B>", "x", (Entity("bold", 0, 1),)),
        ("<strong>a</strong><em>b</em>", "ab", (Entity("bold", 0, 1), Entity("italic", 1, 1))),
        ("<b>a<i>b</i></b>", "ab", (Entity("bold", 0, 2), Entity("italic", 1, 1))),
        ("<b></b>x", "x", ()),
        ("&lt;b&gt;&amp;&quot;", '<b>&"', ()),
        ("&#39;&#x4e2d;&nbsp;&", "'中&nbsp;&", ()),
        ("&lt;b&gt;=1+1&amp;", "<b>=1+1&", ()),
        ("  <b> hi </b>\n", "hi", (Entity("bold", 0, 2),)),
        ("<code>/x</code>", "/x", (Entity("code", 0, 2),)),
        (
            '<pre><code class="language-python">x = 1</code></pre>',
            "x = 1",
            (Entity("pre", 0, 5, language="python"),),
        ),
        (
            '<a href="https://t.me/x?start=a&amp;b">go</a>',
            "go",
            (Entity("text_link", 0, 2, url="https://t.me/x?start=a&b"),),
        ),
        ("<a href='tg://user?id=9001'>芳</a>", "芳", (Entity("text_mention", 0, 1, user_id=9001),)),
        ("<a>no link</a>", "no link", ()),
        ('<span class="tg-spoiler">s</span>', "s", (Entity("spoiler", 0, 1),)),
        ("<blockquote expandable>q</blockquote>", "q", (Entity("expandable_blockquote", 0, 1),)),
        ("<code>a<b>b</b></code>", "ab", (Entity("code", 0, 2),)),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", (Entity("blockquote", 0, 2),)),
        ("<blockquote><b>a</b></blockquote>", "a", (Entity("bold", 0, 1), Entity("blockquote", 0, 1))),
        ("1 > 0", "1 > 0", ()),
    ],
)
def test_what_telegram_understands(source: str, text: str, entities: tuple[Entity, ...]) -> None:
    formatted = parse_html(source)
    assert formatted.text == text
    assert formatted.entities == entities


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<img src=x>", 'Unsupported start tag "img" at byte offset 0'),
        ("出<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x"', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    ],
)
def test_what_telegram_refuses(source: str, why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_html(source)
    assert refused.value.status == 400
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start abc", [("bot_command", 0, 6)]),
        ("/orders@training_desk_bot 2", [("bot_command", 0, 25)]),
        ("日报 /due", [("bot_command", 3, 4)]),
        ("1/2 a/b", []),
        ("😀 @wangfang", [("mention", 3, 9)]),
        ("https://example.com/a?b=1 #周报", [("url", 0, 25), ("hashtag", 26, 3)]),
        ("t.me/bot?start=x", [("url", 0, 16)]),
        ("me@example.com", [("email", 0, 14)]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, found: list[tuple[str, int, int]]) -> None:
    entities = with_found_entities(plain_text(text)).entities
    assert [(entity.type, entity.offset, entity.length) for entity in entities] == found


def test_nothing_is_found_inside_code() -> None:
    entities = with_found_entities(parse_html("<code>/due</code>")).entities
    assert [entity.type for entity in entities] == ["code"]


def test_a_command_stands_at_the_beginning() -> None:
    assert command_in(with_found_entities(plain_text("/due now"))) == "due"
    assert command_in(with_found_entities(plain_text("see /due"))) is None
