"""The flowchart shows the whole table, is the same each time, and cannot go stale unseen."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import diagram
from statemachine.engine.flowchart import Overlay, Paint, Stroke, extract, render
from statemachine.engine.rows import row
from statemachine.engine.triggers import ModelTrigger, SessionTrigger, name_of
from statemachine.states import FINAL, OPEN, State
from statemachine.table import TABLE

GREETING, BUYING, SUPPORT = State.GREETING, State.BUYING, State.SUPPORT


@pytest.fixture(scope="module")
def text() -> str:
    """The shop's table in DOT."""
    return render(TABLE)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all three files, drawn once."""
    folder = tmp_path_factory.mktemp("diagrams")
    diagram.draw(folder, "flowchart", diagram.renderer())
    return folder


def edges(text: str) -> list[tuple[str, str, str]]:
    """Every arrow: from, to, and all else about it."""
    return re.findall(r"^\t(\w+) -> (\w+) \[(.*)\]$", text, re.MULTILINE)


def test_every_state_is_drawn_once_with_its_desk_and_agent(text: str) -> None:
    """One card a desk, naming who speaks there."""
    for state in OPEN:
        (card,) = re.findall(rf"^\t{state.value} \[label=(.*)\]$", text, re.MULTILINE)
        assert state.desk in card
        assert f"{state.agent} speaks" in card


def test_the_end_is_a_double_circle(text: str) -> None:
    """It is seen at once where a call ends."""
    (end,) = re.findall(rf"^\t{FINAL.value} \[label=(.*)\]$", text, re.MULTILINE)
    assert "doublecircle" in end


def test_every_row_is_in_the_picture(text: str) -> None:
    """Nothing of the table is left out: each trigger, its guards, and each way it leads."""
    chart = extract(TABLE)
    shown = {(route.source, route.row) for route in chart.routes}
    shown |= {(desk.state, each) for desk in chart.desks for each in desk.stays}
    for each in (*chart.session, *chart.everywhere):
        shown |= {(source, each) for source in each.sources}
    assert shown == {(source, each) for each in TABLE for source in each.sources}
    for each in TABLE:
        assert f">{name_of(each.trigger)}<" in text
        for guard in each.guard_names:
            assert guard.replace("_", " ") in text


def test_every_way_between_desks_is_on_one_arrow(text: str) -> None:
    """By a class of its own; how a line goes has a card."""
    classes = [re.search(r'class="([^"]*)"', look) for _, _, look in edges(text)]
    shown = Counter(name for found in classes if found for name in found[1].split())
    for each in TABLE:
        for source in each.sources:
            if each.to is None or (issubclass(each.trigger, SessionTrigger) and each.to is FINAL):
                continue
            assert shown[f"way_{source}_{name_of(each.trigger)}_{each.to}"] == 1, each


def test_what_leads_the_same_way_is_one_arrow(text: str) -> None:
    """Between two desks: one for all that a caller asks for, one for all that is reported."""
    drawn = Counter((source, target) for source, target, _ in edges(text) if source in set(OPEN))
    (reported,) = (look for s, _, look in edges(text) if s == "waiting" and "declined" in look)
    assert "nobody_answered" in reported
    assert "person_not_reached" in reported
    assert drawn["waiting", "greeting"] == 2
    assert drawn["greeting", "buying"] == 1


def test_what_is_done_at_every_desk_is_drawn_once(text: str) -> None:
    """One card names it, with where and what must hold, and one arrow leads from there."""
    (card,) = re.findall(r"^\teverywhere \[label=(.*)\]$", text, re.MULTILINE)
    for each in extract(TABLE).everywhere:
        assert f">{name_of(each.trigger)}<" in card
        assert f"at {', '.join(each.sources)}:" in card
    for name in ("record_name", "record_number", "request_callback", "find_order"):
        assert text.count(f">{name}<") == 1
    assert [target for source, target, _ in edges(text) if source == "everywhere"].count(
        "waiting"
    ) == 1


def test_a_trace_shows_at_which_desk_it_was_done() -> None:
    """In that desk's card, or by an arrow from it; nothing where it wasn't."""
    ways = {
        (BUYING, "record_name", BUYING): Stroke("2"),
        (SUPPORT, "to_person", State.WAITING): Stroke("5", trouble="refused once"),
    }
    drawn = render(TABLE, Overlay(plain=True, ways=ways, fade=True))
    cards = dict(re.findall(r"^\t(\w+) \[label=(.*)\]$", drawn, re.MULTILINE))
    assert ">record name<" in cards["buying"]
    assert "record name" not in cards["support"] + cards["greeting"]
    assert "everywhere" not in cards
    asked = [(s, look) for s, t, look in edges(drawn) if t == "waiting"]
    assert [source for source, _ in asked] == ["support"]
    assert "refused once" in asked[0][1]


def test_it_is_read_at_the_width_of_a_page(picture: Path) -> None:
    """At 900 pixels across, its smallest words are still of 7 or more."""
    svg = ElementTree.parse(picture / "flowchart.svg").getroot()
    across = float(svg.get("viewBox", "").split()[2])
    words = svg.iter("{http://www.w3.org/2000/svg}text")
    sizes = [float(each.get("font-size", 0)) for each in words if (each.text or "").strip()]
    assert min(sizes) * 900 / across >= 7


def test_what_happens_on_the_line_is_drawn_once(text: str) -> None:
    """Session triggers stand apart, with one arrow to the end for all desks."""
    for each in TABLE:
        if issubclass(each.trigger, SessionTrigger):
            assert text.count(f">{name_of(each.trigger)}<") == 1
    leads = [target for source, target, _ in edges(text) if source == "line"]
    assert [target for target in leads if not target.startswith("fact_")] == [FINAL.value]


def test_every_shared_fact_has_dashed_lines_from_who_writes_it(text: str) -> None:
    """Shared data is a cluster, and who writes what is found by walking the table."""
    assert "subgraph cluster_userdata" in text
    dashed = {
        (s, t) for s, t, look in edges(text) if "style=dashed" in look and t not in set(State)
    }
    expected = {
        (source, f"fact_{fact.name}") for fact in extract(TABLE).facts for source in fact.sources
    }
    assert dashed == expected
    assert {target for _, target in dashed} == {f"fact_{name}" for name in TABLE.shared}


def test_the_text_is_the_same_each_time(text: str) -> None:
    """An unchanged table leaves the checkout as it was."""
    assert render(TABLE) == text
    assert text.isascii()


def test_a_new_row_changes_the_picture(text: str) -> None:
    """What is added to the table shows without touching the flowchart."""

    class AskForBoss(ModelTrigger):
        """Put the caller through to the boss."""

    changed = render(replace(TABLE, rows=(*TABLE, row(AskForBoss, GREETING, SUPPORT))))
    assert "ask_for_boss" in changed
    assert "ask_for_boss" not in text


def test_an_overlay_colours_states_and_ways(text: str) -> None:
    """A trace or a day's traffic is laid over the same picture."""
    overlay = Overlay(
        title="Call <48213>",
        states={BUYING: Paint("#123456", ("0:42", "2 refused")), FINAL: Paint(badges=("hung up",))},
        ways={
            (GREETING, "to_buying", BUYING): Stroke("27 calls", "#abcdef", 5),
            (BUYING, "select_model", BUYING): Stroke("2, 3"),
            (BUYING, "caller_hung_up", FINAL): Stroke("4 left here"),
        },
        fade=True,
    )
    changed = render(TABLE, overlay)
    for shown in ("Call &lt;48213&gt;", "#123456", "0:42", "2 refused", "hung up", "2, 3"):
        assert shown in changed
        assert shown not in text
    (way,) = (look for s, t, look in edges(changed) if (s, t) == ("greeting", "buying"))
    assert "27 calls" in way
    assert "penwidth=5" in way
    assert "#abcdef" in way
    assert len([1 for s, t, _ in edges(changed) if (s, t) == ("buying", "ended")]) == 2


def test_an_empty_overlay_changes_nothing(text: str) -> None:
    """Without colours it is the plain flowchart."""
    assert render(TABLE, Overlay()) == text


def test_the_pictures_are_drawn_without_a_system_package(picture: Path) -> None:
    """The SVG is well-formed with every trigger in it, and the PNG is one."""
    svg = (picture / "flowchart.svg").read_text(encoding="utf-8")
    words = " ".join(ElementTree.fromstring(svg).itertext())
    assert all(name_of(each.trigger) in words for each in TABLE)
    assert (picture / "flowchart.png").read_bytes().startswith(b"\x89PNG")


def test_no_two_labels_overlap(picture: Path) -> None:
    """Every line of text in the picture has its own place."""
    svg = ElementTree.parse(picture / "flowchart.svg").getroot()
    boxes = []
    for each in svg.iter("{http://www.w3.org/2000/svg}text"):
        said = "".join(each.itertext()).strip()
        if not said:
            continue
        size, x, y = (float(each.get(key, 0)) for key in ("font-size", "x", "y"))
        width = 0.45 * size * len(said)
        left = x - {"middle": width / 2, "end": width}.get(each.get("text-anchor", "start"), 0)
        boxes.append((left, y - 0.7 * size, left + width, y, said))
    assert len(boxes) > 40
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart, f"{one[4]!r} lies on {other[4]!r}"


def test_drawing_again_writes_nothing(picture: Path) -> None:
    """On an unchanged table every file keeps its bytes and its date."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in picture.iterdir()}
    assert diagram.draw(picture, "flowchart", Path("/no/such/dot")).endswith("nothing written.")
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in picture.iterdir()
    }


def test_a_missing_picture_is_drawn_again(picture: Path) -> None:
    """The same bytes come back."""
    svg = picture / "flowchart.svg"
    before = svg.read_bytes()
    svg.unlink()
    assert diagram.draw(picture, "flowchart", diagram.renderer()).startswith("Drew flowchart.dot")
    assert svg.read_bytes() == before


def test_a_stale_picture_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` exits 1 with one sentence a picture, until the last of them is drawn."""
    assert diagram.main(["--check", "--folder", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == len(diagram.PICTURES)
    assert said.count("is out of date: run `make diagram`") == len(diagram.PICTURES)
    for name, text in diagram.PICTURES.items():
        assert diagram.main(["--check", "--folder", str(tmp_path)]) == 1
        (tmp_path / f"{name}.dot").write_text(text(), encoding="utf-8")
    assert diagram.main(["--check", "--folder", str(tmp_path)]) == 0


def test_a_renderer_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2, no traceback."""
    monkeypatch.setenv("DOT", "no-such-dot")
    assert diagram.main(["--folder", str(tmp_path)]) == 2
    assert "no program 'no-such-dot' here" in capsys.readouterr().err


def test_the_renderer_says_nothing_about_the_text(text: str) -> None:
    """No warning about a glyph, a size or a colour it doesn't know."""
    done = subprocess.run(
        [diagram.renderer(), "-Tsvg"], input=text.encode(), capture_output=True, check=True
    )
    assert done.stderr == b""


def test_a_page_finds_everything_in_the_picture_by_names_from_the_table() -> None:
    """States, ways and facts carry an id and a class; a live picture has room for facts' values."""
    text = render(TABLE, Overlay(live=True))

    for found in (
        "id=state_buying",
        "id=way_greeting_to_buying_buying",
        "id=fact_customer_name",
        "id=writes_buying_orders",
    ):
        assert found in text
    assert text.count(">–<") == len(extract(TABLE).facts)
    assert "dashed: writes this down" not in text
    assert ">–<" not in render(TABLE)
