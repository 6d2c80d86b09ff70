"""What was measured, drawn as SVG: bars beside each other, and courses in small panels."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from scripts.bench.figures import THIS, Course, Figure, short

INK, FAINT = "#1f2933", "#e2e8f0"
COLOURS = ("#1d4ed8", "#94a3b8", "#d97706", "#0f766e")
"""This program's, and those of the others in their order."""
ROW, LEFT, WIDE = 16, 400, 400
PANEL_WIDE, PANEL_HIGH, ACROSS = 360, 190, 2


def bars(figures: Sequence[Figure], title: str) -> str:
    """Figures that several programs have, as bars beside each other."""
    colours = _colours(figures)
    height = 76 + sum(ROW * len(f.values) + 14 for f in figures)
    parts = [
        _head(LEFT + WIDE + 140, height, title),
        _legend(colours, "less is better; each group has a scale of its own"),
    ]
    top = 72
    for figure in figures:
        most = max(map(figure.middle, figure.values)) or 1
        middle = top + ROW * len(figure.values) / 2 + 4
        parts.append(
            f'<text x="{LEFT - 12}" y="{middle:.0f}" text-anchor="end">{escape(figure.name)}</text>'
        )
        for program in figure.values:
            value = figure.middle(program)
            length = WIDE * value / most
            unit = f" {figure.unit}" if figure.unit else ""
            parts.append(
                f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{ROW - 2}" '
                f'fill="{colours[program]}"/><text x="{LEFT + length + 6:.1f}" '
                f'y="{top + 11}" font-size="11">{short(value)}{unit}</text>'
            )
            top += ROW
        top += 14
    return "".join([*parts, "</svg>"])


def lines(courses: Sequence[Course], title: str) -> str:
    """How things go while others grow: a small panel for each."""
    colours = _colours(courses)
    rows = -(-len(courses) // ACROSS)
    parts = [
        _head(ACROSS * PANEL_WIDE, 76 + rows * PANEL_HIGH, title),
        _legend(colours, "each panel begins at nothing"),
    ]
    for place, course in enumerate(courses):
        left = place % ACROSS * PANEL_WIDE + 62
        top = 90 + place // ACROSS * PANEL_HIGH
        parts.append(_panel(course, colours, left, top, PANEL_WIDE - 90, PANEL_HIGH - 70))
    return "".join([*parts, "</svg>"])


def _panel(
    course: Course, colours: dict[str, str], left: float, top: float, wide: float, high: float
) -> str:
    most = max((max(each) for each in course.values.values()), default=1) or 1
    end = max(course.at)
    parts = [
        f'<text x="{left}" y="{top - 10}" font-weight="bold">{escape(course.name)}</text>',
        f'<path d="M{left},{top}V{top + high}H{left + wide}" fill="none" stroke="{INK}"/>',
        f'<text x="{left - 6}" y="{top + 5}" font-size="11" text-anchor="end">{short(most)}</text>'
        f'<text x="{left - 6}" y="{top + 20}" font-size="11" text-anchor="end">'
        f"{escape(course.unit)}</text>"
        f'<text x="{left + wide}" y="{top + high + 16}" font-size="11" text-anchor="end">'
        f"{short(end)} {escape(course.over)}</text>",
    ]
    for program, values in course.values.items():
        points = " ".join(
            f"{left + wide * x / end:.1f},{top + high * (1 - y / most):.1f}"
            for x, y in zip(course.at, values, strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colours[program]}" '
            f'stroke-width="2"/>'
        )
    return "".join(parts)


def _colours(measured: Sequence[Figure] | Sequence[Course]) -> dict[str, str]:
    programs = dict.fromkeys([THIS, *(each for one in measured for each in one.values)])
    return dict(zip(programs, COLOURS, strict=False))


def _head(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">'
        f'<rect width="100%" height="100%" fill="white"/><text x="16" y="28" font-size="17" '
        f'font-weight="bold">{escape(title)}</text>'
    )


def _legend(colours: dict[str, str], remark: str) -> str:
    parts, left = [], 16.0
    for program, colour in colours.items():
        parts.append(
            f'<rect x="{left}" y="40" width="12" height="12" fill="{colour}"/>'
            f'<text x="{left + 17}" y="51">{escape(program)}</text>'
        )
        left += 40 + 7 * len(program)
    return "".join([*parts, f'<text x="{left}" y="51" font-size="11">{escape(remark)}</text>'])
