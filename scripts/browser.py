"""The Chromium in which the page is tested, measured and pictured."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

NO_CHROMIUM = "The page needs Chromium: install it (Debian: `apt-get install chromium`)"


def chromium() -> str:
    """The browser that draws; empty where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def flags(folder: str | Path) -> list[str]:
    """How a browser is started whose microphone hears nothing."""
    silence = Path(folder) / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * 48_000))
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={silence}",
    ]
