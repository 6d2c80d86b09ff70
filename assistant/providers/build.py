"""The parts that hear, think and speak, chosen by settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from livekit.agents import inference, llm, stt, tts, vad

from assistant.providers.failures import explain
from assistant.providers.hearing import Ears, by_segment, with_spare
from assistant.providers.line_cache import KeptLines
from assistant.providers.standby import Standby
from assistant.providers.turn_ends import TurnEnds
from assistant.settings import Settings
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge

if TYPE_CHECKING:
    from assistant.providers.offline.stt import Recogniser
    from assistant.providers.offline.tts import Voice

T = TypeVar("T")


@dataclass(frozen=True)
class Warm:
    """What a worker's process loads once, for every call it will serve."""

    vad: vad.VAD
    recogniser: Recogniser | None = None
    voice: Voice | None = None
    spare_ears: bool = True
    """Whether embedded ears can stand behind Deepgram's."""
    spare_voice: bool = True
    """Whether the embedded voice can stand behind Deepgram's."""


@dataclass(frozen=True)
class Providers:
    """What serves a call, and why it was chosen. Without ears and a voice it is a text call."""

    llm: llm.LLM[str]
    reasons: tuple[str, ...]
    """One sentence a part: which provider it uses and why."""
    stt: Ears | None = None
    tts: tts.TTS[str] | None = None
    vad: vad.VAD | None = None
    turn_detection: TurnEnds | None = None
    reflexes: bool = False
    """Whether plain words are acted on without asking the model."""
    kept: KeptLines | None = None
    """The fixed lines in the voice of the first choice."""

    async def aclose(self) -> None:
        """Close the parts; what the process keeps warm stays."""
        for part in (self.llm, self.stt, self.tts):
            if part is not None:
                await part.aclose()


def build(
    settings: Settings, catalogue: Catalogue, knowledge: Knowledge, about: About = NOTHING_KNOWN
) -> Providers:
    """The parts of a text call: with a key the real model, without it the embedded one."""
    if not thinks_online(settings):
        why = "LLM=offline" if settings.llm == "offline" else "OPENAI_API_KEY is not set"
        brain = _brain(catalogue, knowledge, about)
        return Providers(brain, (f"Model: the embedded offline brain ({why}).",))
    from assistant.providers.chat.model import chat_model  # not loaded where it isn't used

    model: llm.LLM[Any] = chat_model(settings)
    if _brain_behind(settings):
        spare = partial(_brain, catalogue, knowledge, about)
        model = Standby(model, spare, partial(explain, settings=settings))
    at = f" at {settings.openai_base_url}" if settings.openai_base_url else ""
    why = "LLM=openai" if settings.llm == "openai" else "OPENAI_API_KEY is set"
    behind = ", with the embedded brain behind it" if _brain_behind(settings) else ""
    said = f"Model: OpenAI {settings.openai_model}{at} ({why}){behind}."
    return Providers(model, (said,), reflexes=settings.reflex and _in_english(settings))


def _brain(catalogue: Catalogue, knowledge: Knowledge, about: About) -> llm.LLM[Any]:
    from assistant.providers.offline.brain import OfflineLLM

    return OfflineLLM(catalogue, knowledge, about=about)


def _brain_behind(settings: Settings) -> bool:
    """Whether the brain, which understands English, goes on with a call whose model fails."""
    return settings.fallback and _in_english(settings)


def _in_english(settings: Settings) -> bool:
    return settings.language.lower().startswith("en")


def check_speech(settings: Settings) -> None:
    """Find out whether the embedded ears and voice are installed, where a call needs them.

    Raises:
        OfflineVoiceError: one isn't.
    """
    from assistant.providers.offline.stt import OfflineSTT
    from assistant.providers.offline.tts import OfflineTTS

    if _hears_offline(settings):
        OfflineSTT(engine=settings.offline_stt)
    if _speaks_offline(settings):
        OfflineTTS()


def without_spares(settings: Settings) -> str:
    """One sentence on what stands behind Deepgram by these settings and isn't installed, if any."""
    from assistant.providers.offline.stt import OfflineSTT
    from assistant.providers.offline.tts import OfflineTTS

    behind: dict[str, Callable[[], object]] = {}
    if settings.fallback and not _hears_offline(settings):
        behind["ears"] = partial(OfflineSTT, engine=settings.offline_stt)
    if settings.fallback and not _speaks_offline(settings):
        behind["voice"] = OfflineTTS
    lacking = [name for name, make in behind.items() if _unless_missing(make) is None]
    if not lacking:
        return ""
    return (
        f"No embedded {' and no embedded '.join(lacking)} can stand behind Deepgram's, as the "
        "speech packages aren't installed here: run `pip install -r requirements-speech.lock`, "
        "or set FALLBACK=off."
    )


def _unless_missing(make: Callable[[], T]) -> T | None:
    """What stands behind another part, if it can run here: a call does without where it can't."""
    from assistant.providers.offline.engines import OfflineVoiceError

    try:
        return make()
    except OfflineVoiceError:
        return None


def _activity(settings: Settings) -> vad.VAD:
    if settings.voice_detection == "livekit":
        return inference.VAD(min_silence_duration=settings.pause)
    from livekit.plugins import silero

    return silero.VAD.load(min_silence_duration=settings.pause)


def prewarm(settings: Settings, lines: Iterable[str] = ()) -> Warm:
    """Load what these settings need before the first call comes; blocks for seconds.

    LiveKit's plugins are loaded here, so this belongs on the main thread.
    `lines` are the fixed sentences; where the embedded voice speaks they are synthesised here.

    Raises:
        OfflineVoiceError: an embedded part that is needed can't run here; what only stands behind
            another may be missing.
    """
    from assistant.providers.offline import stt as speech_to_text
    from assistant.providers.offline import tts as text_to_speech

    if thinks_online(settings):
        from livekit.plugins import openai  # noqa: F401

        if _brain_behind(settings):
            from assistant.language.phrases import vocabulary
            from assistant.providers.offline import brain  # noqa: F401

            vocabulary.load()

    hears, speaks = _hears_offline(settings), _speaks_offline(settings)
    ears = partial(speech_to_text.load, settings.offline_stt)
    spare = settings.fallback
    heard = ears() if hears else _unless_missing(ears) if spare else None
    voiced = text_to_speech.loaded
    said = voiced() if speaks else _unless_missing(voiced) if spare else None
    activity = _activity(settings)
    warm = Warm(activity, heard, said, heard is not None, said is not None)
    if speaks and lines:
        voice = text_to_speech.OfflineTTS(voice=warm.voice, speed=settings.offline_speed)
        with ThreadPoolExecutor(1) as apart:  # whoever calls this may have a loop running
            apart.submit(asyncio.run, KeptLines(voice).keep(lines)).result()
    return warm


def build_voice(
    settings: Settings,
    catalogue: Catalogue,
    knowledge: Knowledge,
    warm: Warm,
    about: About = NOTHING_KNOWN,
) -> Providers:
    """The parts of a spoken call. Needs an event loop, and LiveKit's HTTP context for Deepgram."""
    thinking = build(settings, catalogue, knowledge, about)
    ears, hearing = _ears(settings, warm)
    voice, kept, speaking = _voice(settings, warm)
    detector, turns = _turns(settings)
    return Providers(
        llm=thinking.llm,
        reasons=(*thinking.reasons, hearing, speaking, turns),
        stt=ears,
        tts=voice,
        vad=warm.vad,
        turn_detection=detector,
        reflexes=thinking.reflexes,
        kept=kept,
    )


def _ears(settings: Settings, warm: Warm) -> tuple[Ears, str]:
    from assistant.providers.offline.stt import OfflineSTT

    if _hears_offline(settings):
        own = OfflineSTT(engine=settings.offline_stt, recogniser=warm.recogniser)
        why = _why("STT", settings.stt, "DEEPGRAM_API_KEY is not set")
        return by_segment(own, warm.vad), f"Hearing: the embedded recogniser {own.model} ({why})."
    from livekit.plugins import deepgram

    recogniser = deepgram.STT(
        model=settings.deepgram_stt_model,
        language=settings.language,
        api_key=settings.deepgram_api_key,
        base_url=settings.deepgram_stt_url,
    )
    spare: stt.STT[str] | None = None
    if settings.fallback and warm.spare_ears:
        own_ears = partial(OfflineSTT, engine=settings.offline_stt, recogniser=warm.recogniser)
        spare = _unless_missing(own_ears)
    ears = with_spare(recogniser, spare, warm.vad, settings.first_sound)
    why = _why("STT", settings.stt, "DEEPGRAM_API_KEY is set")
    at = f"Deepgram {settings.deepgram_stt_model} in {settings.language}"
    return ears, f"Hearing: {at} ({why}){_behind(spare)}."


def _voice(settings: Settings, warm: Warm) -> tuple[tts.TTS[str], KeptLines, str]:
    from assistant.providers.offline.tts import OfflineTTS

    if _speaks_offline(settings):
        own = OfflineTTS(voice=warm.voice, speed=settings.offline_speed)
        why = _why("TTS", settings.tts, "DEEPGRAM_API_KEY is not set")
        return own, KeptLines(own), f"Speaking: the embedded voice {own.model} ({why})."
    from assistant.providers.speakable.aloud import DeepgramVoice

    first = DeepgramVoice(
        model=settings.deepgram_tts_model,
        api_key=settings.deepgram_api_key,
        base_url=settings.deepgram_tts_url,
    )
    voice: tts.TTS[Any] = first
    spare: tts.TTS[str] | None = None
    if settings.fallback and warm.spare_voice:
        own_voice = partial(OfflineTTS, voice=warm.voice, speed=settings.offline_speed)
        spare = _unless_missing(own_voice)
    if spare is not None:
        voice = tts.FallbackAdapter([first, spare], max_retry_per_tts=0)
    why = _why("TTS", settings.tts, "DEEPGRAM_API_KEY is set")
    said = f"Speaking: Deepgram {settings.deepgram_tts_model} ({why}){_behind(spare)}."
    return voice, KeptLines(first, settings.kept_lines), said


def _turns(settings: Settings) -> tuple[TurnEnds | None, str]:
    if settings.turn_detection == "off":
        return None, "Turns: by pauses alone (TURN_DETECTION=off)."
    return TurnEnds(), "Turns: LiveKit's local v1-mini."


def thinks_online(settings: Settings) -> bool:
    """Whether a real model answers, rather than the embedded brain."""
    return settings.llm == "openai" or (settings.llm == "auto" and bool(settings.openai_api_key))


def _hears_offline(settings: Settings) -> bool:
    return _offline(settings.stt, settings.deepgram_api_key)


def _speaks_offline(settings: Settings) -> bool:
    return _offline(settings.tts, settings.deepgram_api_key)


def _offline(chosen: str, key: str) -> bool:
    return chosen == "offline" or (chosen == "auto" and not key)


def _why(name: str, chosen: str, otherwise: str) -> str:
    return otherwise if chosen == "auto" else f"{name}={chosen}"


def _behind(spare: object | None) -> str:
    return ", with none behind it" if spare is None else ", with the embedded one behind it"
