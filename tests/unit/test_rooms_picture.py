"""The picture of the rooms: read from the code, with its floors from the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import rooms

HOUSE = rooms.survey()


def test_every_room_has_a_sentence_and_a_floor() -> None:
    """A room that stands nowhere, or says nothing of itself, would be missing in the picture."""
    placed = {name for floors in HOUSE.floors.values() for floor in floors for name in floor}
    assert set(HOUSE.rooms) == placed
    assert all(room.sentence for room in HOUSE.rooms.values())


def test_imports_run_down_the_floors() -> None:
    """What the picture shows is what the contract holds."""
    for package in rooms.PACKAGES:
        level = {n: nth for nth, floor in enumerate(HOUSE.floors[package]) for n in floor}
        for name, others in HOUSE.imports.items():
            for other in others & level.keys() if name in level else ():
                assert level[name] < level[other], f"{name} imports {other}"


def test_an_arrow_that_others_imply_is_left_out() -> None:
    """What a room imports on the way needs no arrow of its own."""
    imports = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset[str]()}
    assert rooms.reduced(imports) == {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset()}


def test_the_same_code_gives_the_same_picture() -> None:
    """Else it would be stale whenever it is drawn."""
    assert rooms.render(HOUSE) == rooms.render()


def test_a_room_without_a_docstring_is_found(tmp_path: Path) -> None:
    """The sentence is the docstring's first."""
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant/room.py").write_text('"""A room. And more of it."""\n')
    assert rooms._sentence(tmp_path, "assistant.room") == "A room"


@pytest.mark.parametrize("name", [*HOUSE.rooms])
def test_the_picture_shows_every_room(name: str) -> None:
    """By its name on the door."""
    assert f">{HOUSE.rooms[name].title}<" in rooms.render(HOUSE)
