"""How fast her engines must be for a conversation to be comfortable. Pure judgement over measured figures.

People answer one another within a quarter of a second, and take a second and a half for a lack of interest.
What she needs from the end of a sentence to her first sound is the sum of the first, second and fourth line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samantha.doctor.finding import Trouble
from samantha.store.catalog import Store
from samantha.store.recipe import Model


@dataclass(frozen=True, slots=True)
class Need:
    """`limit` is the most, or where `least` the least, that is comfortable; `says` shows a figure."""

    limit: float
    says: str
    why: str
    least: bool = False

    def met(self, figure: float) -> bool:
        return figure >= self.limit if self.least else figure <= self.limit


NEEDS: dict[str, Need] = {
    "transcription_s": Need(0.6, "3 s of sound in {:.2f} s", "she cannot think before she has understood"),
    "first_token_s": Need(0.6, "first word after {:.2f} s", "longer feels like a line that went dead"),
    "tokens_per_s": Need(8.0, "{:.0f} words a second", "speech takes four, and clauses must be ready ahead", least=True),
    "first_clause_s": Need(0.5, "first clause in {:.2f} s", "it is waited for in silence"),
    "voice_factor": Need(0.7, "a second of speech in {:.2f} s", "more, and she stops between her sentences"),
}  # fmt: skip


def shown(figures: Mapping[str, float]) -> str:
    """`figures`, named as in NEEDS, for a person."""
    return ", ".join(NEEDS[name].says.format(figure) for name, figure in figures.items())


def troubles(figures: Mapping[str, float], lighter: str, *, busy: bool) -> list[Trouble]:
    """What is not comfortable in `figures`, with `lighter` as the advice, unless the machine is `busy`."""
    slow = {name: NEEDS[name] for name, figure in figures.items() if not NEEDS[name].met(figure)}
    if not slow:
        return []
    wanted = " and ".join(
        f"{need.says.format(need.limit)} or {'more' if need.least else 'less'}, since {need.why}"
        for need in slow.values()
    )
    advice = "The machine is busy just now: try again when it is not." if busy else lighter
    return [Trouble(f"That is slow. Comfortable is {wanted}.", advice)]


def busy() -> bool:
    """Whether programs are waiting for a core, so that figures measured now say little."""
    import psutil

    return bool(psutil.getloadavg()[0] > (psutil.cpu_count() or 1) + 1)


def lighter(store: Store, current: str, language: str) -> str:
    """Which model asks for less than the one called `current` and knows `language`, as advice."""
    general = "`samantha models recommend` says what this machine can carry."
    model = store.catalog.models.get(current)
    if model is None:
        return general
    less = [
        other
        for other in store.catalog.of_role(model.role)
        if other.quality > 0
        and other.sex == model.sex
        and {"*", language} & set(other.languages)
        and _weight(store, other) < _weight(store, model)
    ]
    if not less:
        return general
    best = max(less, key=lambda other: other.quality)
    setting = {"stt": "hearing.model", "llm": "llm.model", "voice": "voice.name"}[model.role]
    pull = "" if store.installed(best.id) else f"`samantha models pull {best.id}`, then "
    return f"A lighter one: {pull}{setting}: {best.id}. {general}"


def _weight(store: Store, model: Model) -> tuple[float, int]:
    """What it asks of a machine: a voice speaks only with its engine."""
    needs = [model, *(store.catalog.model(name) for name in model.needs)]
    return max(part.ram for part in needs), sum(part.size for part in needs)
