"""Sent reports by e-mail, through a real SMTP server: what arrives, a server that is down, what is refused, secrets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from python_calamine import CalamineWorkbook
from structlog.testing import capture_logs

from bot.mailer import MailDelayed, Mailer, MailServer, read_server
from bot.pacing import Pace
from bot.sender import Sender
from bot.settings import Settings, SettingsError, load_settings
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage, OutboxState
from storage.reports import Report
from tests.chat import Phone, World

SENDER, RECIPIENTS = "培训助手 <bot@example.com>", ("head@example.com", "hr@example.com")
PASSWORD, ENCODED = "p@ss:word/1", "p%40ss%3Aword%2F1"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LETTER: dict[str, Any] = {
    "subject": "周报-王芳-261128",
    "text": "正文",
    "date": "2026-11-28T09:00:00+00:00",
    "message_id": "report-1-1",
}


class PostOffice:
    """A mail server that keeps what it gets; `replies` are given before it takes anything."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.logins: list[str] = []
        self.replies: list[str] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802  as the library calls it
        if self.replies:
            return self.replies.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append(envelope)
        return "250 OK"

    def authenticate(self, _server: object, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.password.decode())
        return AuthResult(success=data.password.decode() == PASSWORD, handled=False)

    @contextmanager
    def open(self, host: str = "127.0.0.1", *, login: bool = False) -> Iterator[None]:
        """The server is up while this lasts."""
        controller = Controller(
            self,
            hostname=host,
            port=self.port,
            authenticator=self.authenticate if login else None,
            auth_required=login,
            auth_require_tls=False,
        )
        controller.start()
        try:
            yield
        finally:
            controller.stop()


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def with_mail(world: World, office: PostOffice, url: str = "") -> None:
    """Let the bot of this world send mail."""
    server = read_server(url or f"smtp://127.0.0.1:{office.port}")
    pace = Pace(1e9, 1e9, 1e9)
    mailer = Mailer(server, SENDER, RECIPIENTS)
    world.sender = Sender(world.database, world.clock, world.telegram, world.surroundings, pace, mailer)


def hands_in_a_weekly(world: World, phone: Phone) -> None:
    world.clock.to("2026-11-28 17:00")
    phone.says("周报").says("下周两场回炉").taps("提交")


def waiting(world: World) -> list[OutboxMessage]:
    """The mails, sent or not."""
    return [m for m in world.all_of(OutboxMessage) if m.kind == "mail"]


def test_a_mail_has_the_handbooks_subject_the_text_and_the_workbook(world: World, office: PostOffice) -> None:
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office)
    with office.open():
        hands_in_a_weekly(world, wang)
    (mail,) = office.mails
    assert mail["Subject"] == "周报-王芳-261128"
    assert mail["From"] == SENDER
    assert mail["To"] == "head@example.com, hr@example.com"
    assert office.envelopes[0].rcpt_tos == list(RECIPIENTS)
    assert mail["Date"].datetime.isoformat() == "2026-11-28T09:00:00+00:00"
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    assert "下周两场回炉" in text
    assert "王芳 · 杭州甲" in text
    assert "按时" in text
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "周报-王芳-261128.xlsx"
    content = attached.get_content()
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    reports = book.get_sheet_by_name("报告").to_python()
    assert any("周报-王芳-261128" in row for row in reports)
    (row,) = waiting(world)
    assert (row.state, row.chat_id) == (OutboxState.sent, 0)


def test_a_server_that_is_down_delays_the_mail_and_never_the_report(world: World, office: PostOffice) -> None:
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office)
    hands_in_a_weekly(world, wang)
    assert "按时" in wang.last.text
    assert [r.kind for r in world.all_of(Report)] == [ReportKind.weekly]
    for _ in range(20):
        world.clock.forward(minutes=6)
        world.settle()
    (row,) = waiting(world)
    assert row.state is OutboxState.open
    assert row.attempts > 12, "it is never given up"
    with office.open():
        world.clock.forward(minutes=6)
        world.settle()
        world.clock.forward(minutes=6)
        world.settle()
    assert [mail["Subject"] for mail in office.mails] == ["周报-王芳-261128"]
    assert waiting(world)[0].state is OutboxState.sent


def test_a_busy_server_is_asked_again_and_a_refusal_is_final(world: World, office: PostOffice) -> None:
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office)
    with office.open():
        office.replies = ["451 4.3.0 busy", "550 5.7.1 not wanted"]
        hands_in_a_weekly(world, wang)
        assert waiting(world)[0].state is OutboxState.open
        world.clock.forward(minutes=6)
        world.settle()
    (row,) = waiting(world)
    assert row.state is OutboxState.failed
    assert "550" in row.error
    assert office.mails == []


def test_after_a_crash_before_the_mark_the_same_mail_comes_again(
    world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The named window: the server has the mail, the bot could not note it. Both are one mail by their Message-ID."""
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office)
    world.clock.to("2026-11-28 17:00")
    wang.says("周报").says("下周两场回炉")
    with office.open():
        monkeypatch.setattr(world.sender, "_mark", lambda session, outcomes: None)
        wang.taps("提交")
        assert len(office.mails) == 1
        with_mail(world, office)
        world.clock.forward(minutes=2)
        world.settle()
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    world.clock.forward(minutes=10)
    world.settle()
    assert len(office.mails) == 2


def test_a_changed_report_is_mailed_as_a_version(world: World, office: PostOffice) -> None:
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office)
    with office.open():
        hands_in_a_weekly(world, wang)
        wang.taps("修改")
        wang.says("下一步计划: 另有安排")
        wang.taps("提交")
    assert [mail["Subject"] for mail in office.mails] == ["周报-王芳-261128"] * 2
    assert len({mail["Message-ID"] for mail in office.mails}) == 2
    body = office.mails[1].get_body()
    assert body is not None
    assert "第 2 版" in body.get_content()
    assert "另有安排" in body.get_content()


def test_without_a_mail_server_nothing_waits(world: World) -> None:
    hands_in_a_weekly(world, world.manager("王芳", "杭州甲"))
    assert [m.state for m in waiting(world)] == [OutboxState.dropped]


def test_the_password_is_given_to_the_server_and_never_told(world: World, office: PostOffice) -> None:
    wang = world.manager("王芳", "杭州甲")
    url = f"smtp://bot:{ENCODED}@127.0.0.1:{office.port}"
    with_mail(world, office, url)
    with office.open(login=True):
        hands_in_a_weekly(world, wang)
        assert office.logins == [PASSWORD]
        assert len(office.mails) == 1
        wrong = Mailer(read_server(url.replace("word", "other")), SENDER, RECIPIENTS)
        world.sender._mailer = wrong
        with capture_logs() as logs:
            wang.taps("修改")
            wang.says("下一步计划: 另有安排")
            wang.taps("提交")
    assert len(office.mails) == 1
    row = waiting(world)[1]
    assert (row.state, "535" in row.error) == (OutboxState.open, True), "the login can be put right"
    told = str(logs) + row.error + repr(read_server(url)) + repr(wrong)
    assert "mail.delayed" in told
    assert "p@ss" not in told
    assert "%40" not in told


def test_a_server_that_repeats_the_password_is_not_quoted(office: PostOffice, world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    with_mail(world, office, f"smtp://bot:{ENCODED}@127.0.0.1:{office.port}")
    office.replies = [f"554 5.7.1 no {PASSWORD} here"]
    with office.open(login=True), capture_logs() as logs:
        hands_in_a_weekly(world, wang)
    assert "554 5.7.1 no <secret> here" in waiting(world)[0].error
    assert "p@ss" not in waiting(world)[0].error + str(logs)


def test_a_password_never_crosses_a_network_in_the_clear(world: World, office: PostOffice) -> None:
    """127.0.0.2 stands for another machine; its server offers no STARTTLS."""
    mailer = Mailer(MailServer("127.0.0.2", office.port, "bot", PASSWORD, encrypted=False), SENDER, RECIPIENTS)
    with office.open("127.0.0.2", login=True), pytest.raises(MailDelayed):
        world.loop.run_until_complete(mailer.send(LETTER, "x.xlsx", b"x"))
    assert office.logins == []


@pytest.mark.parametrize("field", ["subject", "message_id"])
def test_no_value_begins_a_header_of_its_own(field: str) -> None:
    mailer = Mailer(read_server("smtp://localhost"), SENDER, RECIPIENTS)
    letter = LETTER | {field: "x\r\nBcc: thief@example.com\r\n\r\nhidden"}
    try:
        mail = mailer.message(letter, "a\r\nBcc: thief@example.com.xlsx", b"x")
    except ValueError:
        return
    again = message_from_bytes(mail.as_bytes(), policy=SMTP)
    assert "Bcc" not in again
    assert set(again.keys()) >= {"Subject", "From", "To", "Date", "Message-ID"}
    (attached,) = (part for part in again.walk() if part.get_filename())
    assert "Bcc" not in attached


MAIL_SETTINGS = {
    "BOT_SMTP_URL": "smtps://u:p@mail.example.com",
    "BOT_MAIL_FROM": SENDER,
    "BOT_MAIL_TO": "a@b.cn, c@d.cn",
}


def set_all(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in (MAIL_SETTINGS | values).items():
        monkeypatch.setenv(name, value)


def test_the_settings_of_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(_env_file=None).mailer is None
    set_all(monkeypatch)
    mailer = load_settings().mailer
    assert mailer is not None
    server = mailer._server
    assert (server.host, server.port, server.encrypted) == ("mail.example.com", 465, True)
    assert mailer._recipients == ("a@b.cn", "c@d.cn")
    assert "p@mail" not in repr(load_settings())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BOT_SMTP_URL", "http://secret@mail.example.com", "smtp://user:password@host:587"),
        ("BOT_SMTP_URL", "smtp://u:secret@host:port", "smtp://user:password@host:587"),
        ("BOT_MAIL_FROM", "", "BOT_MAIL_FROM: BOT_SMTP_URL is set"),
        ("BOT_MAIL_TO", "", "BOT_MAIL_TO: BOT_SMTP_URL is set"),
        ("BOT_MAIL_FROM", "a@b.cn, c@d.cn", "BOT_MAIL_FROM: give an e-mail address"),
        ("BOT_MAIL_TO", "nobody", "BOT_MAIL_TO: give an e-mail address"),
        ("BOT_MAIL_TO", "a@b.cn\nBcc: thief@example.com", "BOT_MAIL_TO: give an e-mail address"),
    ],
)
def test_a_wrong_setting_of_mail_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    set_all(monkeypatch, **{name: value})
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert said in str(error.value)
    assert "secret" not in str(error.value)
