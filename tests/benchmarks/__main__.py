"""Measure everything, print a table, write JSON.

    python -m tests.benchmarks [answering conversing starting figures reminding making growing postgres]
                               [--people 300] [--rounds 3] [--updates 100000] [--large FILE] [--json FILE]

The large database is made in a few minutes (`python -m tests.benchmarks.large_town FILE`); without it its rows are left
out, and that is said.
"""

import argparse
import asyncio
from pathlib import Path

from tests.benchmarks import answering, conversing, figures, growing, making, postgres, reminding, starting
from tests.benchmarks.report import Figure, as_json, table

SUBJECTS = ("answering", "conversing", "starting", "figures", "reminding", "making", "growing", "postgres")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", default=SUBJECTS)
    parser.add_argument("--people", type=int, default=300, help="how many go through a check-in in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=growing.UPDATES, help="over which the memory may grow")
    parser.add_argument("--large", type=Path, help="the large database")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    found: list[Figure] = []
    if "answering" in asked.subjects:
        found += asyncio.run(answering.measure(asked.people, asked.rounds))
    if "conversing" in asked.subjects and conversing.is_possible():
        found += asyncio.run(conversing.measure(asked.people, asked.rounds))
    if "starting" in asked.subjects:
        found += asyncio.run(starting.measure(asked.large, asked.rounds))
    if "figures" in asked.subjects and asked.large is not None:
        found += figures.measure(asked.large)
    if "reminding" in asked.subjects:
        found += reminding.measure()
    if "making" in asked.subjects and asked.large is not None:
        found += asyncio.run(making.measure(asked.large))
    if "growing" in asked.subjects:
        found += asyncio.run(growing.measure(asked.updates))
    if "postgres" in asked.subjects:
        found += asyncio.run(postgres.measure(asked.people))
    print(table(found))
    if asked.large is None:
        print("without --large: the large database was not measured")
    if "conversing" in asked.subjects and not conversing.is_possible():
        print("without redis-server: conversations were not measured against aiogram with Redis")
    if asked.json is not None:
        asked.json.write_text(as_json(found), encoding="utf-8")


if __name__ == "__main__":
    main()
