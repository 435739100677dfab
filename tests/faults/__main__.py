"""``python -m tests.faults``: runs rounds, prints the table, says how to repeat a round that failed."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.faults.laboratory import run_rounds
from tests.faults.rounds import Round
from tests.faults.table import table


def main() -> int:
    """Run it; 1 when anything was found."""
    reader = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    reader.add_argument("--rounds", type=int, default=200, help="seeds 1 to ROUNDS")
    reader.add_argument("--seed", type=int, action="append", help="just this round; may be given again")
    reader.add_argument("--parallel", type=int, help="rounds at the same time; one a processor by default")
    reader.add_argument("--folder", type=Path, help="where rounds work; a new temporary folder by default")
    given = reader.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="wanflow-faults-"))
    seeds = given.seed or range(1, given.rounds + 1)
    rounds, seconds = run_rounds(seeds, folder, parallel=given.parallel, told=_tell)
    print(f"\n{table(rounds, seconds)}")
    failed = [one for one in rounds if one.findings]
    for one in failed:
        print(f"\nseed {one.seed} ({', '.join(one.trouble.kinds)}), kept in {folder / f'round-{one.seed}'}:")
        print("\n".join(f"  {finding.kind}: {finding.text}" for finding in one.findings))
        print(f"  python -m tests.faults --seed {one.seed}")
    with contextlib.suppress(OSError):
        folder.rmdir()  # nothing is left in it when nothing was found
    return 1 if failed else 0


def _tell(one: Round) -> None:
    what = "; ".join(finding.text for finding in one.findings) or "fine"
    print(f"{one.seed:>4} {one.seconds:5.1f} s {one.runs:>2} runs  {', '.join(one.trouble.kinds)}: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
