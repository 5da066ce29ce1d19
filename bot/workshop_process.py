"""The process that slow work is done in: reads pickled work, writes what came of it, until there is no more to read.

A program: `python -m bot.workshop_process 5`; the number says how far it gives way to whatever else runs on the
machine. It imports what the work needs and no more.
"""

import contextlib
import os
import pickle
import signal
import sys
import traceback
from typing import IO

LENGTH = 8
"""Bytes that tell how long the pickle behind them is."""


def main() -> None:
    """Work until standard input ends, as it does with the bot."""
    # Ctrl-C goes to every process of a terminal: the bot decides what of its work it still wants.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Not on Windows, nor where the service's own limits forbid it.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(int(sys.argv[1]))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints goes where errors go, not between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


def serve(work: IO[bytes], answers: IO[bytes]) -> None:
    """Do one piece of work after the other."""
    while length := work.read(LENGTH):
        answer = _answer(work.read(int.from_bytes(length)))
        answers.write(len(answer).to_bytes(LENGTH) + answer)
        answers.flush()


def _answer(work: bytes) -> bytes:
    """Whether it was done, with its result; else what went wrong, and where."""
    try:
        return pickle.dumps((True, pickle.loads(work)(), ""))
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        return pickle.dumps((False, f"{type(error).__name__}: {error}", where))


if __name__ == "__main__":
    main()
