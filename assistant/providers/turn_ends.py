"""Who tells that a caller's turn is over: LiveKit's detector by its sound, and the words' say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livekit.agents import APIConnectOptions, LanguageCode, inference
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS


def untold() -> bool | None:
    """The words don't tell."""
    return None


class TurnEnds(inference.TurnDetector):
    """LiveKit's local turn detector, overruled where the words are plain."""

    def __init__(self) -> None:
        super().__init__(version="v1-mini")
        self.over: Callable[[], bool | None] = untold
        """Whether the words so far are a whole turn, None if they don't tell."""

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> Any:
        """One call's detector. It is asked for its threshold when the words are there."""
        stream = super().stream(conn_options=conn_options)
        by_sound = stream.unlikely_threshold

        async def threshold(language: LanguageCode | None) -> float | None:
            match self.over():
                case True:
                    return 0.0  # nothing is unlikely to be the end
                case False:
                    return 1.01  # everything is
                case _:
                    return await by_sound(language)

        stream.unlikely_threshold = threshold  # type: ignore[method-assign]
        return stream
