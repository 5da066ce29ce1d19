"""The weather of the demo: fine, a slow network, Telegram down, too many requests."""

from enum import StrEnum

from bot.demo.faults import EDITING, SENDING, Fault, FaultKind
from bot.demo.refusal import JsonObject
from bot.demo.telegram import Telegram

SLOW_SECONDS = 1.5
LIMITED_SECONDS = 20.0
RETRY_AFTER = 5


class Weather(StrEnum):
    FINE = "fine"
    SLOW = "slow"
    DOWN = "down"
    LIMITED = "limited"


def set_weather(telegram: Telegram, weather: Weather) -> None:
    """Let the weather change; the one before it ends."""
    telegram.faults.clear()
    match weather:
        case Weather.SLOW:
            telegram.faults.add(Fault(FaultKind.DELAY, wait=SLOW_SECONDS))
        case Weather.DOWN:
            telegram.faults.add(Fault(FaultKind.DROP_BEFORE))
        case Weather.LIMITED:
            telegram.faults.add(
                Fault(
                    FaultKind.RATE_LIMIT,
                    methods=SENDING | EDITING,
                    seconds=LIMITED_SECONDS,
                    retry_after=RETRY_AFTER,
                )
            )
    telegram.world.events.publish("weather", describe_weather(telegram))


def describe_weather(telegram: Telegram) -> JsonObject:
    """The weather now, and how many calls it has struck."""
    faults = telegram.faults.in_force()
    kinds = {
        FaultKind.DELAY: Weather.SLOW,
        FaultKind.DROP_BEFORE: Weather.DOWN,
        FaultKind.RATE_LIMIT: Weather.LIMITED,
    }
    kind = kinds.get(faults[0].kind, Weather.FINE) if faults else Weather.FINE
    return {
        "kind": kind.value,
        "struck": sum(fault.struck for fault in faults),
        "waiting_updates": telegram.world.updates.pending,
    }
