"""Reflection that is killed a hundred times: `samantha.bench.crashes`, at length.

python tests/soak/reflection_kills.py --kills 100
"""

from __future__ import annotations

import argparse
import sys

from samantha.bench.crashes import endure


def main() -> None:
    """Print what the kills left behind; exit with 1 if that is not what an undisturbed run makes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcome = endure(options.kills, options.seed)
    print(outcome)
    sys.exit(not outcome.clean)


if __name__ == "__main__":
    main()
