"""Fits the second reader: a multinomial logistic regression on the marks of sentences.

A sentence may be known only by what it isn't ("no order"): what is learned is that one of the acts
it may be is right, whichever. Plain full-batch descent (Adam) from zero, so two runs give the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.language.acts.features import marks
from assistant.language.acts.reader import ACTS, Model, damping, number
from scripts.acts.examples import Example

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Examples as numbers: each mark of each example, sorted once by example and once by mark."""

    rows: NDArray[np.int64]
    """Where each example's marks begin in `columns`."""
    columns: NDArray[np.int64]
    by_column: NDArray[np.int64]
    """The example of each mark, sorted by mark."""
    starts: NDArray[np.int64]
    """Where each mark's examples begin in `by_column`."""
    damp: Floats
    may: Floats
    """1 for each act that an example may be."""
    weight: Floats
    """How much an example counts: a sentence as much as any other, after however many questions."""


def numbers_of(examples: Sequence[Example]) -> list[NDArray[np.uint32]]:
    """The numbers of each example's marks."""
    return [
        np.array(sorted({number(m) for m in marks(e.words, e.asked.value)}), dtype=np.uint32)
        for e in examples
    ]


def known_marks(
    found: Sequence[NDArray[np.uint32]], examples: Sequence[Example], least: int = 2
) -> NDArray[np.uint32]:
    """The marks that stand in at least so many different sentences."""
    seen: Counter[int] = Counter()
    once: dict[int, str] = {}
    for numbers, example in zip(found, examples, strict=True):
        for each in numbers.tolist():
            if once.get(each) != example.words:
                seen[each] += 1
                once[each] = example.words
    return np.array(sorted(n for n, times in seen.items() if times >= least), dtype=np.uint32)


def sheet(
    found: Sequence[NDArray[np.uint32]], examples: Sequence[Example], known: NDArray[np.uint32]
) -> Sheet:
    """The examples as numbers, by the known marks."""
    kept = []
    for numbers in found:
        places = np.searchsorted(known, numbers).clip(max=len(known) - 1)
        kept.append(places[known[places] == numbers].astype(np.int64))
    lengths = np.array([len(each) for each in kept])
    assert lengths.min() > 0
    columns = np.concatenate(kept)
    example_of = np.repeat(np.arange(len(kept)), lengths)
    order = np.argsort(columns, kind="stable")
    rows = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    starts = np.searchsorted(columns[order], np.arange(len(known)))
    damp = np.array([damping(len(numbers)) for numbers in found], dtype=np.float32)
    times = Counter(example.words for example in examples)
    weight = np.array([1 / times[example.words] for example in examples], dtype=np.float32)
    return Sheet(rows, columns, example_of[order], starts, damp, may(examples), weight)


def may(examples: Sequence[Example]) -> Floats:
    """1 for each act that an example may be."""
    return np.array([[act in e.acts for act in ACTS] for e in examples], dtype=np.float32)


def logits(data: Sheet, weights: Floats) -> Floats:
    """The sums of weights, example by example."""
    summed = np.add.reduceat(weights[data.columns], data.rows, axis=0)
    return np.asarray(summed * data.damp[:, None], dtype=np.float32)


def shares(sums: Floats) -> Floats:
    """Sums as shares of one."""
    risen = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True), dtype=np.float32)


def fit(
    data: Sheet, marks_known: int, *, steps: int = 80, rate: float = 0.15, decay: float = 3e-6
) -> Floats:
    """The weights after so many steps."""
    weights = np.zeros((marks_known, len(ACTS)), dtype=np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    total = float(data.weight.sum())
    for step in range(1, steps + 1):
        found = shares(logits(data, weights))
        right = found * data.may
        pull = found - right / right.sum(axis=1, keepdims=True).clip(min=1e-9)
        pull *= (data.weight * data.damp / total)[:, None]
        slope = np.add.reduceat(pull[data.by_column], data.starts, axis=0) + decay * weights
        first += 0.1 * (slope - first)
        second += 0.01 * (slope * slope - second)
        now = rate * (0.5 + 0.5 * np.cos(np.pi * step / steps))
        weights -= now * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def packed(weights: Floats, known: NDArray[np.uint32], warmth: float) -> Model:
    """The model as it is stored: weights in a byte each; `warmth` divides how sure it is."""
    scale = np.abs(weights).max(axis=0) / 127
    small = np.round(weights / scale).astype(np.int8)
    told = np.abs(small).max(axis=1) > 0
    return Model(known[told], small[told], (scale / warmth).astype(np.float32))
