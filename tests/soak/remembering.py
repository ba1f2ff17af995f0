"""What she remembers, in full size: `samantha bench --memory --full`. Takes some two hours.

python tests/soak/remembering.py [--seed N] [--json FILE]
"""

from __future__ import annotations

import sys

from samantha.cli import app


def main() -> None:
    """Print the figures; exit with 1 if a part could not be measured."""
    app(["bench", "--memory", "--full", *sys.argv[1:]])


if __name__ == "__main__":
    main()
