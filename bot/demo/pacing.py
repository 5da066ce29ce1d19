"""How fast a bot may send: 30 messages a second, one a second to a person, 20 a minute to a group."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

_OVERALL, _OVERALL_SECONDS = 30, 1.0
_GROUP, _GROUP_SECONDS = 20, 60.0
_BURST, _BURST_SECONDS = 4, 4.0


class Pacing:
    """Counts the messages that come too fast. Real time in seconds, not the demo's."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._overall: deque[float] = deque()
        self._chats: dict[int, deque[float]] = defaultdict(deque)
        self.violations = 0
        self.enforced = False

    def note(self, chat_id: int) -> int | None:
        """A message goes to a chat; says after how many seconds to retry when that is too fast."""
        now = self._monotonic()
        count, seconds = (_BURST, _BURST_SECONDS) if chat_id > 0 else (_GROUP, _GROUP_SECONDS)
        chat = self._chats[chat_id]
        waits = [
            _wait(self._overall, now, _OVERALL, _OVERALL_SECONDS),
            _wait(chat, now, count, seconds),
        ]
        wait = max(waits)
        if wait > 0:
            self.violations += 1
            if self.enforced:
                return max(1, math.ceil(wait))
        self._overall.append(now)
        chat.append(now)
        return None


def _wait(sent: deque[float], now: float, count: int, seconds: float) -> float:
    while sent and sent[0] <= now - seconds:
        sent.popleft()
    return 0.0 if len(sent) < count else sent[-count] + seconds - now
