"""The second reader: what a sentence does, and how sure that is, from its marks alone.

The rules read first, and exactly; they know no sentence that was not foreseen. This one has learned
from a few thousand sentences (`python -m scripts.acts`), knows what the sentence answers, and says
how sure it is of each act. It knows no phone, no amount and no name.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.language.acts.asked import Asked
from assistant.language.acts.features import marks

ACTS: Final = tuple(
    "agrees declines postpones corrects done thanks wants_sales names_item asks_product "
    "asks_recommendation compares wants_support problem not_fixed fixed step_progress "
    "step_question greeting gives_name asks_repeat asks_human shop_info off_topic hostile "
    "unclear".split()
)
"""What a sentence can do, in the model's order."""
MODEL: Final = Path(__file__).with_name("model.npz")


@dataclass(frozen=True, slots=True)
class Read:
    """How sure the second reader is of each act, from 0 to 1; together they are 1."""

    sure: tuple[float, ...]

    def of(self, *acts: str) -> float:
        """How sure it is that the sentence is one of these."""
        return sum(self.sure[ACTS.index(act)] for act in acts)

    @property
    def act(self) -> str:
        """What the sentence does most likely."""
        return ACTS[max(range(len(ACTS)), key=self.sure.__getitem__)]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights of marks, each known by its number, and how far to trust their sum."""

    known: NDArray[np.uint32]
    """The marks it has weights for, in rising order."""
    weights: NDArray[np.int8]
    """A row for each of them, a column for each act."""
    scale: NDArray[np.float32]
    """What an act's weights are to be multiplied by."""

    def sure(self, found: frozenset[str]) -> NDArray[np.float32]:
        """How sure each act is for a sentence with these marks."""
        numbers = np.array([number(mark) for mark in found], dtype=np.uint32)
        places = np.searchsorted(self.known, numbers).clip(max=len(self.known) - 1)
        rows = places[self.known[places] == numbers]
        total = self.weights[rows].sum(axis=0, dtype=np.int32) * self.scale
        total *= damping(len(found))
        share = np.exp(total - total.max())
        return np.asarray(share / share.sum(), dtype=np.float32)


def number(mark: str) -> int:
    """A mark's number; two marks of the same are taken for one."""
    return zlib.crc32(mark.encode())


def damping(marks_found: int) -> float:
    """How much a mark counts in a sentence of so many: a long one has more of them."""
    return 1 / math.sqrt(marks_found)


@cache
def model() -> Model:
    """The committed model, read once a process."""
    with np.load(MODEL) as stored:
        return Model(stored["known"], stored["weights"], stored["scale"])


@lru_cache(maxsize=128)
def read(words: str, asked: Asked) -> Read:
    """What a caller's words do after what was asked, as the second reader has it."""
    return Read(tuple(model().sure(marks(words, asked.value)).tolist()))
