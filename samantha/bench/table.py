"""Figures by condition, and the worst of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found under one condition: `value`, from `trials` of them."""

    condition: str
    value: float
    trials: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One trial that went wrong, to be looked at: what was `asked`, what she `answered`, what was `wanted`."""

    asked: str
    answered: str
    wanted: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One figure under many conditions. `bound` is what it should not pass, if anything was promised.

    `failures` are kept in the record only.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    cells: tuple[Cell, ...]
    bound: float | None = None
    note: str = ""
    failures: tuple[Failure, ...] = ()

    @property
    def worst(self) -> Cell | None:
        """The cell furthest on the wrong side."""
        if not self.cells:
            return None
        pick = max if self.better == "lower" else min
        return pick(self.cells, key=lambda cell: cell.value)
