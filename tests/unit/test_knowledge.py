"""The knowledge: every common problem is found by everyday words, and its steps can be spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.shop.knowledge import KnowledgeError, Problem, find, load

OWN = load()
GOOD = """
[[problem]]
id = "no-sound"
title = "no sound"
also = ["no sound", "not hear"]
topics = ["speaker"]
steps = ["Turn it up.", "Clean it.", "Restart it."]
stop = "Bring it in."

[[problem]]
id = "wifi"
title = "Wi-Fi"
also = ["wifi not work"]
steps = ["Switch it off.", "Switch it on.", "Restart it."]
stop = "Bring it in."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "help.toml"
    path.write_text(text, encoding="utf-8")
    return path


# The search


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("my battery drains so fast", "battery-drains"),
        ("the battery is dead by noon", "battery-drains"),
        ("hi yeah so my phone it just will not hold a charge", "battery-drains"),
        ("i need a new battery", "battery-drains"),
        ("battery", "battery-drains"),
        ("it won't charge", "wont-charge"),
        ("it isn't charging when i plug it in", "wont-charge"),
        ("my phone stopped charging", "wont-charge"),
        ("it only charges if i wiggle the cable", "wont-charge"),
        ("it doesn't turn on", "wont-turn-on"),
        ("my iphone won't turn on anymore", "wont-turn-on"),
        ("my phone died and won't come back on", "wont-turn-on"),
        ("the phone is frozen", "frozen"),
        ("it froze and i can't do anything", "frozen"),
        ("the screen is black", "black-screen"),
        ("i just have a black screen", "black-screen"),
        ("my screen is cracked", "cracked-screen"),
        ("i dropped my phone and the screen is shattered", "cracked-screen"),
        ("my daughter broke the screen", "cracked-screen"),
        ("it gets really hot", "overheating"),
        ("my phone is over heating", "overheating"),
        ("it's so slow", "slow"),
        ("everything is lagging", "slow"),
        ("my storage is full", "storage-full"),
        ("it says i have no space left", "storage-full"),
        ("the wi fi doesn't work", "wifi"),
        ("it won't connect to my Wi-Fi", "wifi"),
        ("why fi is not working", "wifi"),
        ("the internet is really slow", "wifi"),
        ("blue tooth keeps dropping", "bluetooth"),
        ("my air pods won't connect", "bluetooth"),
        ("it says no service", "no-service"),
        ("i have no signal", "no-service"),
        ("my sim card isn't recognized", "no-service"),
        ("my e sim doesn't work", "no-service"),
        ("calls keep dropping", "no-service"),
        ("i can't hear the other person", "no-sound"),
        ("i can't hear callers", "no-sound"),
        ("no sound comes out of the speaker", "no-sound"),
        ("it does not ring when people call me", "no-sound"),
        ("people can't hear me", "microphone"),
        ("my wife cannot hear me on calls", "microphone"),
        ("the microphone is broken", "microphone"),
        ("the camera is blurry", "camera"),
        ("my camera isn't working", "camera"),
        ("i need help with my camera", "camera"),
        ("face id stopped working", "face-id"),
        ("FaceID", "face-id"),
        ("it doesn't recognize my face anymore", "face-id"),
        ("it won't update", "wont-update"),
        ("the update failed", "wont-update"),
        ("apps keep crashing", "apps-crash"),
        ("whats app keeps closing", "apps-crash"),
        ("i can't download apps", "apps-crash"),
        ("i forgot my passcode", "forgotten-passcode"),
        ("i forgot my pass code and i'm locked out", "forgotten-passcode"),
        ("it says iphone unavailable", "forgotten-passcode"),
        ("i can't get into my apple id", "apple-account"),
        ("i forgot my i cloud password", "apple-account"),
        ("it fell in the toilet", "water-damage"),
        ("it got wet", "water-damage"),
        ("my kid spilled juice on it", "water-damage"),
        ("phone fell in the pool yesterday and now its not charging", "water-damage"),
        ("i lost my phone", "lost-or-stolen"),
        ("my iphone was stolen", "lost-or-stolen"),
        ("it keeps restarting", "keeps-restarting"),
        ("it turns itself off all the time", "keeps-restarting"),
        ("the thing keeps shutting down on me", "keeps-restarting"),
        ("the touch screen doesn't respond", "touch-not-responding"),
        ("the screen doesn't react when i tap it", "touch-not-responding"),
        ("how do i move my stuff to the new phone", "data-transfer"),
        ("transfer data to my new iphone", "data-transfer"),
        ("stuck on the apple logo", "stuck-on-logo"),
        ("the battery is swollen", "swollen-battery"),
        ("there is smoke coming out", "swollen-battery"),
        ("my texts won't send", "messages"),
        ("i message isn't working", "messages"),
        ("i don't get e mails", "email"),
        ("the volume button is stuck", "buttons"),
        ("i think i've been hacked", "hacked"),
        ("all my photos are gone", "deleted-photos"),
        ("the screen flickers", "screen-flickers"),
        ("i sat on it and now the screen has lines", "screen-flickers"),
    ],
)
def test_a_problem_is_found_by_everyday_words(spoken: str, expected: str) -> None:
    """However a caller puts it and a recogniser spells it, the right steps are found."""
    found = find(OWN, spoken)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "spoken",
    [
        "",
        "my phone",
        "hello",
        "yes please",
        "no",
        "can you help me",
        "i have a problem",
        "i have a problem with my iphone",
        "it doesn't work",
        "it's broken",
        "something is wrong",
        "i need support",
        "i want to buy",
        "i want to buy an iphone",
        "which one has the best camera",
        "can you help me choose an iphone with a good camera",
        "the 17 pro max in orange with a big battery please",
        "does it have a good camera and long battery life for travel",
        "how much is the iphone air",
        "do you sell chargers",
        "i'd like to order the seventeen",
        "i want to sell my phone",
        "that didn't work",
        "i tried that already",
        "okay done what next",
        "what are your opening hours",
        "can i talk to a human",
        "my name is john smith",
        "thank you bye",
    ],
)
def test_words_that_name_no_problem_find_none(spoken: str) -> None:
    """Greetings, wishes, answers and vague complaints have no steps: the caller is asked more."""
    assert find(OWN, spoken) is None


@pytest.mark.parametrize("problem", OWN.problems, ids=lambda problem: problem.id)
def test_every_listed_wording_finds_its_own_problem(problem: Problem) -> None:
    """No phrase of one problem leads to another one's steps."""
    for wording in (*problem.also, *problem.topics):
        assert find(OWN, wording) == problem, wording
        assert find(OWN, f"well {wording.upper()}.") == problem, wording


def test_the_most_common_problems_are_all_known() -> None:
    """At least the twenty that shops hear most are there."""
    known = {problem.id for problem in OWN.problems}
    assert len(known) >= 30
    assert known >= {
        "battery-drains",
        "wont-charge",
        "wont-turn-on",
        "frozen",
        "black-screen",
        "cracked-screen",
        "overheating",
        "slow",
        "storage-full",
        "wifi",
        "bluetooth",
        "no-service",
        "no-sound",
        "microphone",
        "camera",
        "face-id",
        "wont-update",
        "apps-crash",
        "forgotten-passcode",
        "apple-account",
        "water-damage",
        "lost-or-stolen",
        "keeps-restarting",
        "touch-not-responding",
        "data-transfer",
    }


@pytest.mark.parametrize("problem", OWN.problems, ids=lambda problem: problem.id)
def test_every_step_can_be_spoken_in_one_breath(problem: Problem) -> None:
    """Steps are few, short, whole sentences without signs that a voice stumbles over."""
    assert 3 <= len(problem.steps) <= 6
    for sentence in (*problem.steps, problem.stop):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert len(sentence) <= 140
        assert not set(sentence) & set("/>&()%*#@{}")


@settings(max_examples=200)
@given(
    spoken=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [word for problem in OWN.problems for text in problem.also for word in text.split()]
            ),
            max_size=12,
        ).map(" ".join),
    )
)
def test_no_text_raises(spoken: str) -> None:
    """Any words give a known problem or none."""
    found = find(OWN, spoken)
    assert found is None or OWN.problem(found.id) is found


# The file


def test_a_file_is_read_into_problems(tmp_path: Path) -> None:
    """Every field arrives, and what is optional may be left out."""
    knowledge = load(written(tmp_path, GOOD))
    assert [problem.id for problem in knowledge.problems] == ["no-sound", "wifi"]
    assert knowledge.problems[0].topics == ("speaker",)
    assert knowledge.problems[1].topics == ()
    assert knowledge.problem("none") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'stop = "Bring it in."',
            'end = "Bring it in."',
            "problem 1 (no-sound): unknown key 'end'; use also, id, keypad, steps, stop, title, "
            "topics",
        ),
        ("steps =", "step =", "problem 1 (no-sound): unknown key 'step'; did you mean 'steps'"),
        ("[[problem]]", "[[problems]]", "the file: unknown key 'problems'; did you mean 'problem'"),
        ('id = "wifi"', "", "problem 2: 'id' is missing; write id = "),
        ('id = "wifi"', "id = 7", "problem 2: 'id' must be a text that isn't empty; write id"),
        ('id = "wifi"', 'id = "Wi Fi"', "problem 2 (Wi Fi): 'id' must be lower-case words joined"),
        ('id = "wifi"', 'id = "no-sound"', "problem 2 (no-sound): its 'id' is problem 1's too"),
        ('title = "no sound"', "", "problem 1 (no-sound): 'title' is missing; name the problem"),
        ('also = ["wifi not work"]', "", "problem 2 (wifi): 'also' is empty; list how callers"),
        ('also = ["wifi not work"]', "also = [1]", "problem 2 (wifi): 'also' must be a list of"),
        ('["wifi not work"]', '["it is"]', "problem 2 (wifi): 'it is' says too little to be found"),
        (
            '"Turn it up.", "Clean it.", ',
            "",
            "problem 1 (no-sound): 'steps' has 1 of them; write 3 to 6",
        ),
        ('"Clean it."', '"a", "b", "c", "d", "e"', "problem 1 (no-sound): 'steps' has 7 of them"),
        ('stop = "Bring it in."', "", "problem 1 (no-sound): 'stop' is missing; say when"),
        ('"no-sound"', '"no-sound" x', "the file: it isn't TOML: "),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """One sentence names the file, the entry, the field and the remedy."""
    assert GOOD.count(old) >= 1
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(KnowledgeError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """The line to correct is in the message."""
    with pytest.raises(KnowledgeError, match="at line 2"):
        load(written(tmp_path, "[[problem]]\nid = no\n"))


def test_a_missing_unreadable_or_foreign_file_is_told(tmp_path: Path) -> None:
    """A wrong path, a folder and another encoding each get their own sentence."""
    with pytest.raises(KnowledgeError, match="it doesn't exist; check the path"):
        load(tmp_path / "none.toml")
    with pytest.raises(KnowledgeError, match="it can't be read"):
        load(tmp_path)
    foreign = tmp_path / "foreign.toml"
    foreign.write_bytes(b'id = "\xff"')
    with pytest.raises(KnowledgeError, match="save it as UTF-8"):
        load(foreign)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no problem is listed; add a"),
        ("problem = []", "no problem is listed"),
        ("problem = [1]", r"problem 1: it isn't a table; write \[\[problem\]\]"),
    ],
)
def test_a_file_without_problems_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """There has to be something to help with."""
    with pytest.raises(KnowledgeError, match=message):
        load(written(tmp_path, text))
