"""A caller's sound as recognisers take it: 16 kHz, one channel, in pieces, with a voice."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from livekit import rtc
from livekit.agents import utils
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

SAMPLE_RATE: Final = 16_000


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
