"""The transition table as a picture, in DOT."""

from statemachine.engine.flowchart.dot import render
from statemachine.engine.flowchart.model import extract
from statemachine.engine.flowchart.overlay import Overlay, Paint, Stroke, Way

__all__ = ["Overlay", "Paint", "Stroke", "Way", "extract", "render"]
