"""The picture's colours, and DOT's HTML-like notation for labels."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK, GREY, FAINT = "#1f2933", "#6b7785", "#c3cad2"
PAPER, WASH = "#ffffff", "#f1f4f7"
NOTE, NOTE_INK = "#fdf6e3", "#8a6d1f"
DATA, DATA_INK = "#eef1f8", "#44538a"
ENDING = "#3d4852"
TROUBLE = "#b3261e"
LEFT = 'align="left" balign="left"'


def text(words: str, colour: str, size: int) -> str:
    """Words in a colour and a size in points."""
    return f'<font color="{colour}" point-size="{size}">{escape(words)}</font>'


def bold(words: str, colour: str, size: int) -> str:
    """The same in bold."""
    return f"<b>{text(words, colour, size)}</b>"


def beside(cells: Iterable[str]) -> str:
    """A label that keeps its distance from its arrow and covers what runs behind it."""
    inner = card(cells)[1:-1]
    frame = 'border="0" cellborder="0" cellspacing="0" cellpadding="5"'
    return f"<<table {frame}><tr><td>{inner}</td></tr></table>>"


def grid(lines: Iterable[tuple[str, ...]]) -> str:
    """A framed label of several columns."""
    rows = "".join(
        "<tr>" + "".join(f"<td {LEFT}>{text(cell, INK, 12)}</td>" for cell in line) + "</tr>"
        for line in lines
    )
    frame = f'border="1" color="{FAINT}" cellborder="0" cellspacing="0" cellpadding="4"'
    return f"<<table {frame}>{rows}</table>>"


def card(cells: Iterable[str], *, border: str = "", style: str = "", pad: int = 1) -> str:
    """An HTML-like label of one column."""
    frame = f'border="1" color="{border}"' if border else 'border="0"'
    look = f' style="{style}"' if style else ""
    body = "".join(f"<tr>{cell}</tr>" for cell in cells)
    return (
        f'<<table {frame}{look} cellborder="0" cellspacing="0" cellpadding="{pad}" '
        f'bgcolor="{PAPER}">{body}</table>>'
    )
