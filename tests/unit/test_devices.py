"""Microphone and loudspeaker are found, opened at whatever rate they have, and missed when gone."""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from livekit import rtc

from assistant.console import devices
from assistant.console.audio import RATE, Loudspeaker, Microphone
from assistant.console.devices import Device, SoundError
from tests.sound_card import sounddevice as card

pytestmark = pytest.mark.timeout(60)

STEP = RATE // 100
INTERNAL = Device(1, RATE)
WEBCAM, HEADSET = Device(0, 44_100), Device(2, 48_000)


@pytest.fixture(autouse=True)
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound card that nobody has used yet."""
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    monkeypatch.delenv("SOUND_CARD", raising=False)
    card.PLAYED.clear()


def tone(seconds: float) -> rtc.AudioFrame:
    """A hum of 440 Hz."""
    samples = int(seconds * RATE)
    wave = 8000 * np.sin(np.arange(samples) * 2 * np.pi * 440 / RATE)
    return rtc.AudioFrame(wave.astype(np.int16).tobytes(), RATE, 1, samples)


# Which


@pytest.mark.parametrize(
    ("microphone", "loudspeaker", "found"),
    [
        ("", "", (INTERNAL, INTERNAL)),
        ("webcam", "headset", (WEBCAM, HEADSET)),
        ("0", "1", (WEBCAM, INTERNAL)),
        ("", "USB d", (INTERNAL, Device(3, 48_000))),
    ],
)
def test_a_device_is_the_default_or_named(
    microphone: str, loudspeaker: str, found: tuple[Device, Device]
) -> None:
    """By number or part of its name, at the call's own rate or else at the device's."""
    assert devices.found(microphone, loudspeaker) == found


LISTED = "0 Webcam; 1 Internal; 2 USB headset; 3 USB dock"
UNFIT = {
    "none": (("none", "", ""), "there is no microphone"),
    "deaf": (("deaf", "", ""), "there is no microphone"),
    "broken": (("broken", "", ""), "the microphone 'Internal' can't be used (Invalid sample rate)"),
    "unknown name": (("", "Bluetooth", ""), f"MICROPHONE=Bluetooth {{one}} microphone {LISTED}"),
    "unknown number": (("", "7", ""), f"MICROPHONE=7 {{one}} microphone {LISTED}"),
    "two of that name": (("", "usb", ""), f"MICROPHONE=usb {{one}} microphone {LISTED}"),
    "cannot speak": (("", "", "webcam"), f"LOUDSPEAKER=webcam {{one}} loudspeaker {LISTED[10:]}"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_missing_is_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name is answered with those there are."""
    (state, microphone, loudspeaker), wanted = UNFIT[name]
    monkeypatch.setenv("SOUND_CARD", state)
    with pytest.raises(SoundError) as raised:
        devices.found(microphone, loudspeaker)
    said = str(raised.value).replace(
        " here; use the number or a part of the name of one of these:", ""
    )
    assert said == wanted.format(one="doesn't name one")


def test_without_portaudio_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to install it."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SoundError, match=r"PortAudio is not installed .*libportaudio2"):
        devices.found()


# On a call


@pytest.mark.parametrize("device", [INTERNAL, HEADSET, Device(1, 44_100)])
async def test_what_is_said_comes_out_whole_at_the_devices_rate(device: Device) -> None:
    """As long and as loud as it went in, without a hole, and its end is told."""
    ear, mouth = Microphone(), Loudspeaker()
    with devices.opened((INTERNAL, device), ear, mouth):
        await mouth.capture_frame(tone(0.5))
        mouth.flush()
        heard = await mouth.wait_for_playout()
        await asyncio.sleep(0.2)
    assert (heard.playback_position, heard.interrupted) == (0.5, False)
    sound = np.frombuffer(b"".join(card.PLAYED), np.int16)
    loud = np.flatnonzero(np.abs(sound) > 500)
    assert (loud[-1] - loud[0]) / device.rate == pytest.approx(0.5, abs=0.01)
    assert max(b - a for a, b in pairwise(loud)) < device.rate / 440
    assert np.abs(sound).max() == pytest.approx(8000, rel=0.05)


@pytest.mark.parametrize("device", [INTERNAL, HEADSET, WEBCAM])
async def test_what_is_heard_arrives_in_steps_of_the_calls_rate(device: Device) -> None:
    """Ten milliseconds each, whatever the microphone's own rate."""
    ear = Microphone()
    with devices.opened((device, INTERNAL), ear, Loudspeaker()):
        frames = [await anext(ear) for _ in range(30)]
    assert {(each.sample_rate, each.samples_per_channel) for each in frames} == {(RATE, STEP)}


async def test_a_device_that_runs_is_not_missed() -> None:
    """However long the call is."""
    used = (INTERNAL, HEADSET)
    with devices.opened(used, Microphone(), Loudspeaker()) as room, pytest.raises(TimeoutError):
        await asyncio.wait_for(room.lost(look=0.2), 2.0)


async def test_a_device_that_stands_still_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of the two is noticed first is named."""
    monkeypatch.setenv("SOUND_CARD", "unplugged")
    with devices.opened((INTERNAL, INTERNAL), Microphone(), Loudspeaker()) as room:
        assert await room.lost(look=0.2) in ("loudspeaker", "microphone")


async def test_a_device_that_is_taken_closes_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays open, and the sentence says which one it is."""
    monkeypatch.setenv("SOUND_CARD", "busy")
    with (
        pytest.raises(SoundError, match=r"^the microphone can't be opened \(Device unavailable\)$"),
        devices.opened((INTERNAL, INTERNAL), Microphone(), Loudspeaker()),
    ):
        pass
    assert not card.OPEN


def test_libraries_write_off_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """To the log file, where there is one; Python's own words stay on the screen."""
    for log in (None, tmp_path / "log"):
        with devices.off_screen(log):
            os.write(2, b"underrun occurred\n")
            print("! The loudspeaker is gone.", file=sys.stderr)
    os.write(2, b"as before\n")
    assert capfd.readouterr().err == "! The loudspeaker is gone.\n" * 2 + "as before\n"
    assert (tmp_path / "log").read_text() == "underrun occurred\n"


# Hanging up amid a sentence


@pytest.mark.parametrize("flushed", ["before", "after"])
async def test_a_closed_loudspeaker_lets_nobody_wait(flushed: str) -> None:
    """What it was given counts as cut off, whether or not more of the sentence was to come."""
    mouth = Loudspeaker()
    await mouth.capture_frame(tone(1.0))
    if flushed == "before":
        mouth.flush()
    mouth.pull(RATE // 4)
    mouth.close()
    if flushed == "after":
        await mouth.capture_frame(tone(1.0))
        mouth.flush()
    heard = await asyncio.wait_for(mouth.wait_for_playout(), 1.0)
    assert (heard.playback_position, heard.interrupted) == (0.25, True)
    assert mouth.pull(STEP) == bytes(2 * STEP)


async def test_what_comes_after_closing_is_cut_off_too() -> None:
    """A sentence that was still being made is not waited for either."""
    mouth = Loudspeaker()
    mouth.close()
    await mouth.capture_frame(tone(1.0))
    assert mouth.pull(STEP) == bytes(2 * STEP)
    mouth.flush()
    heard = await asyncio.wait_for(mouth.wait_for_playout(), 1.0)
    assert (heard.playback_position, heard.interrupted) == (0.0, True)
