"""The transition table as a picture, in DOT."""

from statemachine.flowchart.chart import extract
from statemachine.flowchart.drawing import render
from statemachine.flowchart.overlay import Overlay, Paint, Stroke, Way

__all__ = ["Overlay", "Paint", "Stroke", "Way", "extract", "render"]
