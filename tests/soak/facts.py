"""Measures how well the facts in what is said are found, with the model of the settings: run it by itself.

python tests/soak/facts.py [told|held-out|unseen] [--raw]
"""

from __future__ import annotations

import argparse
import time

from factset import HELD_OUT, TOLD, UNSEEN

from samantha.config import load
from samantha.dialog.token import Token
from samantha.mind import facts, statements
from samantha.mind.llama import Llama
from samantha.mind.relations import Fact, content, kind, named, stem, subject_of
from samantha.store.catalog import Catalog, Store


def right(found: Fact, gold: str, names: dict[str, str]) -> bool:
    """Whether `found` is what the line `gold` of a set says."""
    subject, relation, value = (part.strip() for part in gold.lstrip("?").split("|"))
    return (
        subject_of(found.subject, names) == subject_of(subject, names)
        and content(value) <= content(found.value)
        and (kind(found) == relation or (relation.startswith("favourite") and kind(found).startswith("favourite"))
             or stem(relation) in found.relation.lower())
    )  # fmt: skip


def main() -> None:
    """Print what was found otherwise than it should be, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", choices=("told", "held-out", "unseen"), default="told")
    parser.add_argument("--raw", action="store_true", help="also what the model wrote")
    options = parser.parse_args()
    settings = load()
    llm = Llama(Store(Catalog.load(), settings.models_folder).llm(settings.llm.model), settings.llm, None)
    hits = wrong = missed = asked = 0
    spent = 0.0
    rows = {"told": TOLD, "held-out": HELD_OUT, "unseen": UNSEEN}[options.set]
    for said, gold in rows:
        answer = ""
        if statements.may_hold(said):
            asked += 1
            began = time.perf_counter()
            answer = llm.ponder(
                facts.request(said), Token(), max_tokens=facts.ANSWER_TOKENS, grammar=facts.GRAMMAR
            )
            spent += time.perf_counter() - began
        found = [each.fact for each in facts.checked(facts.parse(answer), said)]
        names = named(found)
        lines = gold.splitlines()
        bad = [fact for fact in found if not any(right(fact, line, names) for line in lines)]
        lost = [
            line for line in lines if line[0] != "?" and not any(right(fact, line, names) for fact in found)
        ]
        hits += len(found) - len(bad)
        wrong += len(bad)
        missed += len(lost)
        if bad or lost or options.raw:
            print(
                f"{said}\n    wrote {answer!r}\n    wrong {bad and [tuple_of(f) for f in bad]}  missed {lost}"
            )
    print(
        f"{len(rows)} turns, {asked} asked: precision {hits / max(1, hits + wrong):.3f} ({wrong} wrong), "
        f"recall {hits / max(1, hits + missed):.3f} ({missed} missed), {spent / max(1, asked):.2f} s a turn asked"
    )


def tuple_of(fact: Fact) -> tuple[str, str, str]:
    """`fact`, whose words no repr shows."""
    return fact.subject, fact.relation, fact.value


if __name__ == "__main__":
    main()
