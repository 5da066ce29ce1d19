"""The long run.

python -m tests.fuzz --updates 100000 --seed 1
"""

import argparse
import time

from tests.fuzz.run import run
from tests.fuzz.town import Tally


def main() -> None:
    """Deliver the updates, say what became of them; exit code 1 if one was not dealt with as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()

    def progress(tally: Tally) -> None:
        print(f"{tally.updates} updates, {len(tally.faults)} faults, {time.monotonic() - started:.0f} s", flush=True)
        for fault in tally.faults[shown[0] : shown[0] + 20]:
            print(f"--- {fault}", flush=True)
        shown[0] = len(tally.faults)

    shown = [0]
    tally = run(arguments.updates, arguments.seed, after_each=progress)
    seconds = time.monotonic() - started
    print(f"{tally.updates} updates in {seconds:.0f} s, seed {arguments.seed}")
    for kind, count in sorted(tally.delivered.items(), key=lambda item: -item[1])[:40]:
        print(f"  {count:7} {kind!a}")
    print(f"unreadable and put aside: {tally.unreadable}; calls Telegram took: {tally.answers}")
    print(f"faults: {len(tally.faults)}")
    raise SystemExit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
