"""Makes the second reader's model from its sentences, and says how it reads what it hasn't learned.

    python -m scripts.acts            # measure, then make assistant/language/acts/model.npz
    python -m scripts.acts --measure  # only measure
    python -m scripts.acts --written  # a model that the working examination is still new to

Measured are the working examination, by a model that has learned from the written sentences alone,
and the written sentences themselves, a fifth at a time by a model of the others, whole families
together. The model that is kept has learned from both. The same sentences give the same model.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.language.acts.reader import MODEL
from scripts.acts import training
from scripts.acts.examples import Example, digest, sentences, turns, utterances

FOLDS = 3
SURE = (0.7, 0.8, 0.9, 0.95)


class Learner:
    """Examples with their marks, found once."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = list(examples)
        self.numbers = training.numbers_of(self.examples)

    def part(self, places: Sequence[int]) -> Learner:
        """Some of the examples."""
        part = Learner([])
        part.examples = [self.examples[place] for place in places]
        part.numbers = [self.numbers[place] for place in places]
        return part

    def learn(self) -> tuple[NDArray[np.uint32], training.Floats]:
        """The marks that are known from them, and their weights."""
        known = training.known_marks(self.numbers, self.examples)
        data = training.sheet(self.numbers, self.examples, known)
        return known, training.fit(data, len(known))

    def sums(self, known: NDArray[np.uint32], weights: training.Floats) -> training.Floats:
        """How the examples are read, as sums."""
        return training.logits(training.sheet(self.numbers, self.examples, known), weights)

    def may(self) -> training.Floats:
        """1 for each act that an example may be."""
        return training.may(self.examples)


def told(name: str, sums: training.Floats, may: training.Floats, warmth: float = 1.0) -> None:
    """Print how many were read right, and of those that were read surely."""
    share = training.shares(sums / warmth)
    right = may[np.arange(len(share)), share.argmax(axis=1)] > 0
    sure = share.max(axis=1)
    print(f"{name}: {right.mean():.1%} of {len(share)} right", end="")
    for least in SURE:
        kept = sure >= least
        print(f"; {right[kept].mean():.1%} of {kept.mean():.0%} sure from {least}", end="")
    print(flush=True)


def warmth_of(sums: training.Floats, may: training.Floats) -> float:
    """What sums must be divided by so that 0.9 means right nine times in ten."""

    def loss(warmth: float) -> float:
        return float(-np.log((training.shares(sums / warmth) * may).sum(axis=1) + 1e-9).mean())

    return min((step / 20 for step in range(6, 80)), key=loss)


def main() -> None:
    """Measure, and make the model."""
    parser = argparse.ArgumentParser(prog="python -m scripts.acts", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="make no model")
    parser.add_argument("--written", action="store_true", help="learn the written ones alone")
    given = parser.parse_args()
    began = time.monotonic()
    written, others = Learner(sentences()), Learner([*turns(), *utterances()])
    print(
        f"{len(written.examples)} examples of {len({e.words for e in written.examples})} sentences"
    )
    held, may = [], []
    for fold in range(FOLDS):
        apart = [n for n, e in enumerate(written.examples) if e.family % FOLDS == fold]
        rest = [n for n, e in enumerate(written.examples) if e.family % FOLDS != fold]
        asked = written.part(apart)
        held.append(asked.sums(*written.part(rest).learn()))
        may.append(asked.may())
        print(f"  part {fold + 1} of {FOLDS} after {time.monotonic() - began:.0f} s", flush=True)
    told("written, by others of them", np.concatenate(held), np.concatenate(may))
    first = written.learn()
    sums = others.sums(*first)
    warmth = warmth_of(sums, others.may())
    told(f"working, unseen (warmth {warmth:.2f})", sums, others.may(), warmth)
    if given.measure:
        return
    every = Learner([*written.examples, *others.examples])
    known, weights = first if given.written else every.learn()
    model = training.packed(weights, known, warmth)
    np.savez_compressed(
        MODEL,
        known=model.known,
        weights=model.weights,
        scale=model.scale,
        learned=np.array(digest(written.examples)),
    )
    size = MODEL.stat().st_size
    print(
        f"{MODEL.name}: {len(model.known)} marks, {size / 1e6:.2f} MB, "
        f"after {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
