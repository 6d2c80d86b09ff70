"""What is written is said the way people in the shop say it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit.agents import tts
from livekit.agents.utils import http_context

from assistant.providers.speakable import number_words, one_by_one, spoken
from assistant.providers.speakable.aloud import DeepgramVoice
from tests.deepgram_server import Deepgram

EXAMPLES = [
    ("+44 20 7946 0958", "four four, two zero, seven nine four six, zero nine five eight"),
    # prices
    ("$1,199", "one thousand one hundred ninety nine dollars"),
    ("$1,199.50", "one thousand one hundred ninety nine dollars and fifty cents"),
    ("It is $599.", "It is five hundred ninety nine dollars."),
    ("$1", "one dollar"),
    ("$0.99", "ninety nine cents"),
    ("1,099 dollars", "one thousand ninety nine dollars"),
    ("$599-$799", "five hundred ninety nine dollars to seven hundred ninety nine dollars"),
    ("$1.2k", "one thousand two hundred dollars"),
    ("$1.25 million", "one million two hundred fifty thousand dollars"),
    ("$20/month", "twenty dollars per month"),
    # order and ticket numbers
    ("S482137", "S, four, eight, two, one, three, seven"),
    ("Your order is S482137.", "Your order is: S, four, eight, two, one, three, seven."),
    ("T48213-2", "T, four, eight, two, one, three, dash, two"),
    ("Code AB4729 works", "Code: A, B, four, seven, two, nine, works"),
    ("number 482137", "number: four, eight, two, one, three, seven"),
    # storage
    ("256 GB", "256 gigabytes"),
    ("512GB", "512 gigabytes"),
    ("1 TB or 2 TB", "1 terabyte or 2 terabytes"),
    ("256GB/512GB", "256 gigabytes or 512 gigabytes"),
    # models
    ("iPhone 16e", "iPhone sixteen E"),
    ("the 16e", "the sixteen E"),
    ("17 Pro Max", "seventeen Pro Max"),
    ("the iPhone 17 Pro", "the iPhone seventeen Pro"),
    ("iPhone 17, iPhone Air", "iPhone seventeen, iPhone Air"),
    ("iPhone 17/17 Pro", "iPhone seventeen or seventeen Pro"),
    # days, hours, dates
    ("Mon-Fri 9-5", "Monday to Friday, nine to five"),
    ("Mon\u2013Fri 9am\u20135pm", "Monday to Friday, nine AM to five PM"),
    ("Sat 10-4", "Saturday, ten to four"),
    ("9:00-17:30", "nine to five thirty PM"),
    ("We close at 5 p.m. Come by!", "We close at five PM. Come by!"),
    ("at 9:05 a.m. today", "at nine oh five AM today"),
    ("2025-09-19", "September nineteenth, twenty twenty five"),
    ("Sept 2, 2026", "September second, twenty twenty six"),
    ("24/7", "twenty four seven"),
    ("3-5 days", "3 to 5 days"),
    # paths
    ("Settings > Battery", "Settings, then Battery"),
    ("Open Settings > General > About.", "Open Settings, then General, then About."),
    ("Settings \u2192 Wi-Fi", "Settings, then Wi-Fi"),
    # addresses and telephone numbers
    ("help@shop.example", "help at shop dot example"),
    ("anna_k42@mail.com", "anna underscore k four two at mail dot com"),
    ("https://www.apple.com/support/", "apple dot com slash support"),
    ("555-0123", "five five five, zero one two three"),
    ("(555) 123-4567", "five five five, one two three, four five six seven"),
    # the shop's words
    ("80%", "80 percent"),
    ("wifi and WiFi", "Wi-Fi and Wi-Fi"),
    ("iOS 26", "I O S 26"),
    ("a USB-C cable", "a U S B C cable"),
    ("an eSIM", "an E SIM"),
    ("cases & chargers", "cases and chargers"),
    ("a 48MP camera", "a 48 megapixels camera"),
    # markdown
    ("**Bold**, _slanted_ and `code`", "Bold, slanted and code"),
    ("# Models\n- one\n- two", "Models. one. two"),
    ("1. Restart.\n2. Update.", "Restart. Update."),
    ("[our page](https://x.example)", "our page"),
    ("> quoted", "quoted"),
    # what must stay
    ("You may 5 of you come.", "You may 5 of you come."),
    ("Mark 5 and a 5G band", "Mark 5 and a 5G band"),
    ("I sat down in the sun.", "I sat down in the sun."),
    ("The A19 Pro chip", "The A19 Pro chip"),
    ("", ""),
]


@pytest.mark.parametrize(("written", "said"), EXAMPLES)
def test_it_is_said_as_people_say_it(written: str, said: str) -> None:
    """Each written form has one spoken form."""
    assert spoken(written) == said


@pytest.mark.parametrize("written", [written for written, _ in EXAMPLES])
def test_speakable_text_stays_as_it_is(written: str) -> None:
    """Making text speakable twice changes nothing more."""
    assert spoken(spoken(written)) == spoken(written)


def test_no_sign_is_left_that_a_voice_cannot_say() -> None:
    """A whole answer as a model writes it comes out as plain words on one line."""
    answer = (
        "**iPhone 17 Pro Max** (256 GB): $1,199 \U0001f600\n"
        "* Settings > Battery > Battery Health shows 80%\n"
        "* `T48213-2` is open, Mon-Fri 9-5 & Sat 10-4"
    )
    assert not re.search(r"[*_`#$%&>\n/@|\U0001f600]", spoken(answer))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (11, "eleven"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (699, "six hundred ninety nine"),
        (1000, "one thousand"),
        (1099, "one thousand ninety nine"),
        (12_345_678, "twelve million three hundred forty five thousand six hundred seventy eight"),
    ],
)
def test_numbers_are_said_without_and(number: int, words: str) -> None:
    """Whole numbers are said the American way."""
    assert number_words(number) == words


@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_a_number_that_has_no_words_here_is_refused(number: int) -> None:
    """What lies outside is refused with the range that is allowed."""
    with pytest.raises(ValueError, match="from 0 to 999,999,999"):
        number_words(number)


def test_codes_are_said_one_by_one() -> None:
    """Letters and digits of a code stand apart, so that each is heard."""
    assert one_by_one("a1-b") == "A, one, dash, B"


WRITTEN = "Your order is S48213. It is $1,199 with 256 GB. Write to a.b@shop.com by 5:30 pm"
ALOUD = (
    "Your order is: S, four, eight, two, one, three. It is one thousand one hundred ninety nine "
    "dollars with 256 gigabytes. Write to a dot b at shop dot com by five thirty PM"
)


@pytest.fixture
async def deepgram() -> AsyncIterator[tuple[Deepgram, tts.TTS[Any]]]:
    """Deepgram's own plugin, as it is built for a call, and a server that notes what it is sent."""
    async with Deepgram() as server, http_context.open():
        voice = DeepgramVoice(api_key="k", base_url=server.speak_url)
        yield server, voice
        await voice.aclose()


@pytest.mark.parametrize("pieces", [1, 7])
async def test_deepgram_is_given_words_where_there_were_figures(
    deepgram: tuple[Deepgram, tts.TTS[Any]], pieces: int
) -> None:
    """However the text comes: whole, or in pieces that cut a price in two."""
    server, voice = deepgram
    stream = voice.stream()
    size = -(-len(WRITTEN) // pieces)
    for start in range(0, len(WRITTEN), size):
        stream.push_text(WRITTEN[start : start + size])
    stream.end_input()
    async for _ in stream:
        pass
    await stream.aclose()
    assert " ".join("".join(server.texts).split()) == ALOUD


async def test_so_is_it_for_a_line_that_is_kept(deepgram: tuple[Deepgram, tts.TTS[Any]]) -> None:
    """Fixed lines are bought whole, at once."""
    server, voice = deepgram
    async for _ in voice.synthesize(WRITTEN):
        pass
    assert " ".join("".join(server.texts).split()) == ALOUD
