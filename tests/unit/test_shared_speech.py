"""One speech process for all calls of a worker: heard and spoken as if it were loaded here."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from assistant.providers.offline import engines
from assistant.providers.offline.audio import SAMPLE_RATE, Samples
from assistant.providers.offline.shared import wire
from assistant.providers.offline.shared.engines import (
    Asked,
    SharedEars,
    SharedVoice,
    SpeechError,
)
from assistant.providers.offline.shared.keeper import kept

SENTENCE = "The line is open."


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a speech process listens that this process keeps."""
    with kept():
        yield wire.address()


def process() -> psutil.Process:
    """The speech process."""
    return next(
        child
        for child in psutil.Process().children()
        if any("shared.process" in word for word in child.cmdline())
    )


def heard_as(wave: np.ndarray) -> Samples:
    """24 kHz sound as the recogniser takes it."""
    places = np.arange(0, len(wave), 24_000 / SAMPLE_RATE)
    return np.interp(places, np.arange(len(wave)), wave).astype(np.float32)


def test_it_ends_with_the_worker_and_leaves_nothing() -> None:
    """Neither a process nor a folder; and the next worker begins its own."""
    with kept():
        folder = Path(wire.address()).parent
        SharedVoice(wire.address()).phonemize("Hello.")
        running = process()
    assert not folder.exists()
    assert not running.is_running() or running.status() == psutil.STATUS_ZOMBIE
    assert not wire.address()


def test_it_speaks_and_hears_as_the_engines_loaded_here_do(address: str) -> None:
    """The same sound to the last sample, and the same words."""
    shared, own = SharedVoice(address), engines.new_voice()
    assert shared.phonemize(SENTENCE) == own.phonemize(SENTENCE)
    phonemes = own.phonemize(SENTENCE)[0]
    wave = shared.from_phonemes(phonemes, 1.0, seed=0)
    np.testing.assert_array_equal(wave, own.from_phonemes(phonemes, 1.0, seed=0))
    engine = engines.candidates("auto")[0]
    samples = heard_as(wave)
    assert SharedEars(engine, address).transcribe(samples) == engines.new_model(engine).transcribe(
        samples
    )


def test_many_calls_ask_at_once_and_each_gets_its_own_answer(address: str) -> None:
    """No call gets what another one asked for."""
    texts = [f"Number {word}." for word in "one two three four five six seven eight".split()]
    told: dict[str, list[str]] = {}

    def call(text: str) -> None:
        voice = SharedVoice(address)
        for _ in range(3):
            told[text] = voice.phonemize(text)

    threads = [threading.Thread(target=call, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    voice = SharedVoice(address)
    assert told == {text: voice.phonemize(text) for text in texts}


def test_a_call_goes_on_when_the_speech_process_dies(address: str) -> None:
    """It is begun anew, and what was asked for is asked once more."""
    voice = SharedVoice(address)
    before = voice.phonemize(SENTENCE)
    killed = process()
    killed.kill()
    assert voice.phonemize(SENTENCE) == before
    assert process().pid != killed.pid


def test_what_fails_there_fails_here_and_the_next_request_is_served(address: str) -> None:
    """One call's bad request is nobody else's trouble."""
    ask = Asked(address)
    with pytest.raises(SpeechError, match="KeyError"):
        ask(do="nothing of the sort")
    assert SharedVoice(address).phonemize(SENTENCE)


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\0" * 8 + b"x"])
def test_noise_on_its_socket_costs_nobody_else_anything(address: str, noise: bytes) -> None:
    """Who doesn't speak as calls do is hung up on."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(address)
        line.sendall(noise)
        line.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(64) == b""
    assert SharedVoice(address).phonemize(SENTENCE)


def test_nobody_else_on_the_machine_can_ask_it(address: str) -> None:
    """Its folder is its owner's alone."""
    folder = Path(address).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(os.stat(address).st_mode) == 0o600
