"""How many answers a second, and how soon one comes: check-ins of our bot against the library's own echo bot.

Both run as processes of their own behind a webhook of the same server; rounds alternate, so that both meet the same
machine. Our bot commits every update before it acknowledges it, and every answer before it is sent.
"""

from tests.benchmarks.report import Figure, at_least, at_most, told
from tests.benchmarks.rounds import Round, go_round, median_of, ratio_of

BUSY, LIGHT, FAR = 64, 1, 200
"""People who chat at the same time."""
NETWORK = 0.05
"""Seconds Telegram takes to answer a call from far away."""


async def measure(people: int, rounds: int) -> list[Figure]:
    """The ratios, each the median over the rounds."""
    busy: dict[str, list[Round]] = {"echo": [], "bot": []}
    light: dict[str, list[Round]] = {"echo": [], "bot": []}
    for _ in range(rounds):
        for name in busy:
            busy[name].append(await go_round(name, people, BUSY))
            light[name].append(await go_round(name, max(people // 10, 5), LIGHT))
    far = await go_round("bot", people, FAR, NETWORK)
    (echo, bot), (light_echo, light_bot) = busy.values(), light.values()
    return [
        at_least("answering", "answers a second, against the echo bot", ratio_of(bot, echo, _rate), "×", 1.0),
        told("answering", "answers a second", median_of(bot, _rate), "/s"),
        told("answering", "the echo bot's", median_of(echo, _rate), "/s"),
        told("answering", "processor time an answer", median_of(bot, _cpu), "ms"),
        told("answering", "the echo bot's", median_of(echo, _cpu), "ms"),
        at_most(
            "answering",
            "light load, median time to answer, against echo",
            ratio_of(light_bot, light_echo, lambda r: r.p50),
            "×",
            4.0,
        ),
        at_most(
            "answering", "light load, p99 against echo", ratio_of(light_bot, light_echo, lambda r: r.p99), "×", 10.0
        ),
        at_least("answering", "answers a second while Telegram takes 50 ms", far.rate, "/s", 300),
    ]


def _rate(each: Round) -> float:
    return each.rate


def _cpu(each: Round) -> float:
    return each.cpu_ms
