"""The flowchart as SVG for the page, as calls are shown on it."""

from __future__ import annotations

from functools import lru_cache

from assistant.history.pictures import picture, renderer
from statemachine.engine.flowchart import Overlay, render
from statemachine.table import TABLE


@lru_cache(maxsize=1)
def live() -> str:
    """The picture on which calls are shown."""
    return svg(render(TABLE, overlay=Overlay(live=True)))


def svg(dot: str) -> str:
    """What belongs into a page: without what stands in front of an SVG that is a file."""
    drawn = picture(dot, "svg", renderer()).decode()
    return drawn[drawn.index("<svg") :]
