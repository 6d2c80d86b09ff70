"""What a shop knows about itself: read with its faults, found by words, said as written."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.providers.offline.brain import OfflineLLM
from assistant.shop import about
from assistant.shop import shop as shops
from assistant.shop.about.hours import Holiday, Hours, clock
from tests.calls import begin, shop
from tests.fakes import ScriptedLLM

HERE = ZoneInfo("America/New_York")
NINE_TO_SIX = ((time(9), time(18)),)
SPLIT = ((time(9), time(12)), (time(13, 30), time(18)))
HOURS = Hours(
    "America/New_York",
    (NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, SPLIT, NINE_TO_SIX, (), ()),
    {date(2026, 12, 25): Holiday("Christmas Day"), date(2026, 12, 24): Holiday("Eve", SPLIT[:1])},
)
ABOUT = about.load()


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """A moment of 2026 by the shop's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (at(1, 10), "We're open until 6 pm today."),
        (at(1, 8, 59), "We're closed right now, and open today at 9 am."),
        (at(1, 18), "We're closed right now, and open tomorrow at 9 am."),
        (at(3, 12, 30), "We're closed right now, and open today at 1:30 pm."),
        (at(5, 12), "We're closed right now, and open on Monday at 9 am."),
        (at(24, 13), "We're closed right now, and open on Monday at 9 am."),
        (at(25, 10), "We're closed today, it's Christmas Day, and open again on Monday at 9 am."),
    ],
)
def test_whether_it_is_open_is_said_by_the_shops_clock(now: datetime, said: str) -> None:
    """Days off, midday breaks and holidays count."""
    assert HOURS.now(now) == said


def test_a_moment_is_taken_by_the_shops_clock_wherever_the_worker_is() -> None:
    """The same second is another hour in another zone, summer time included."""
    noon = datetime(2026, 7, 1, 16, tzinfo=ZoneInfo("UTC")).timestamp()
    assert HOURS.at(noon).hour == 12
    assert Hours("Asia/Tokyo", HOURS.week).at(noon).hour == 1


def test_days_with_the_same_hours_are_said_together() -> None:
    """The week is one sentence."""
    assert HOURS.usual() == (
        "Our usual hours are Monday to Wednesday 9 am to 6 pm, "
        "Thursday 9 am to noon and 1:30 pm to 6 pm, Friday 9 am to 6 pm, "
        "closed Saturday and Sunday."
    )


def test_a_shop_that_never_opens_says_no_more_than_that() -> None:
    """No day is promised."""
    assert Hours("UTC", ((),) * 7).now(at(1, 10)) == "We are closed at the moment."


@pytest.mark.parametrize(
    ("moment", "said"),
    [(time(0), "12 am"), (time(12), "noon"), (time(17, 5), "5:05 pm"), (time.max, "midnight")],
)
def test_a_time_of_day_is_said_as_people_say_it(moment: time, said: str) -> None:
    """Noon and midnight have names."""
    assert clock(moment) == said


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What are your opening hours?", "We're open until"),
        ("where are you located", "12 Market Street"),
        ("how much would a new screen cost me", "$279"),
        ("how long does a repair take", "two hours"),
        ("can I pay with my credit card", "by card"),
        ("what if I want to send it back", "14 days"),
        ("do you take my old phone in exchange", "part payment"),
    ],
)
def test_a_question_is_answered_from_the_file(question: str, words: str) -> None:
    """In other words than the file has."""
    assert words in ABOUT.answer(question, at(1, 10).timestamp())


@pytest.mark.parametrize(
    "question",
    ["how much is the iPhone 17", "my screen is cracked", "how long does the battery last"],
)
def test_what_is_about_a_phone_is_not_about_the_shop(question: str) -> None:
    """Nothing is answered where nothing in the file does."""
    assert ABOUT.answer(question, at(1, 10).timestamp()) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no entry is listed"),
        ('[[entry]]\nid = "x"\nasked = ["address"]\nanswer = "At {place}."', "would be read out"),
        ('[[entry]]\nid = "x"\nasked = ["the"]\nanswer = "Yes."', "says too little"),
        ('[[entry]]\nid = "x"\nasked = []\nanswer = "Yes."', "'asked' is empty"),
        ('[hours]\ntime_zone = "Mars"\nasked = ["hours"]', "no time zone"),
        ('[hours]\ntime_zone = "UTC"\nasked = ["hours"]', "'monday' is missing"),
        ('[[repair]]\nname = "a screen"\nasked = ["screen"]\nprice = "89"', "in dollars"),
    ],
)
def test_a_faulty_file_is_refused_with_place_and_remedy(
    text: str, fault: str, tmp_path: Path
) -> None:
    """One sentence names the file, the entry and what to do."""
    path = tmp_path / "about.toml"
    entry = '[[entry]]\nid = "address"\nasked = ["address"]\nanswer = "Here."\n'
    path.write_text(text if "[[entry]]" in text or not text else f"{text}\n{entry}")
    with pytest.raises(about.AboutError, match=fault) as refused:
        about.load(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("hours", ["9-18", "18:00-9:00", "25:00-26:00"])
def test_hours_that_are_none_are_refused(hours: str, tmp_path: Path) -> None:
    """With the text to write instead."""
    path = tmp_path / "about.toml"
    week = "\n".join(
        f'{day} = "{hours}"'
        for day in "monday tuesday wednesday thursday friday saturday sunday".split()
    )
    path.write_text(
        f'[hours]\ntime_zone = "UTC"\nasked = ["hours"]\n{week}\n'
        '[[entry]]\nid = "address"\nasked = ["address"]\nanswer = "Here."\n'
    )
    with pytest.raises(about.AboutError, match="hours, monday"):
        about.load(path)


async def test_a_caller_hears_what_the_shop_has_written_and_goes_on_where_they_were() -> None:
    """In the middle of a quote the price's question is put again, and its yes still orders."""
    models, knowledge, _ = shop()
    held = await begin(OfflineLLM(models, knowledge, about=ABOUT), about=ABOUT)
    await held.say(
        "Where is your shop?",
        "I want the iPhone Air",
        "how long does delivery take?",
        "yes please",
        "bye",
    )
    heard = held.heard
    assert any("12 Market Street" in each for each in heard[:2])
    assert any(
        "two to three working days" in each
        and each.endswith("Shall I order the iPhone Air for you?")
        for each in heard
    )
    assert [order.model for order in held.call.facts.orders] == ["iPhone Air"]
    assert held.call.ended_by == "end_purchase_call"


async def test_what_the_shop_has_not_told_is_not_offered_to_the_model() -> None:
    """Without an about.toml of its own a shop says nothing about itself."""
    held = await begin(ScriptedLLM("Hello."))
    await held.say("hello")
    assert isinstance(held.model, ScriptedLLM)
    assert all("about_shop" not in offered for offered in held.model.offered)


def test_another_shops_address_is_not_said(tmp_path: Path) -> None:
    """A shop's folder without an about.toml knows nothing; with one, what stands there."""
    assert shops.load(tmp_path).about.spoken == ()
    (tmp_path / "about.toml").write_text(
        '[[entry]]\nid = "address"\nasked = ["address"]\nanswer = "In Tokyo."\n'
    )
    assert shops.load(tmp_path).about.spoken == ("In Tokyo.",)
