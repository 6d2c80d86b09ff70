"""A small Deepgram on the loopback address: its documented protocols, and faults on demand."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import numpy as np
from aiohttp import WSMsgType, web
from numpy.typing import NDArray

from assistant.providers.offline import stt as speech_to_text
from assistant.providers.offline import tts as text_to_speech

HEARD_AT = 16_000
"""Samples a second that a recogniser is sent."""
PAUSE = 0.3
"""Seconds of quiet after which an utterance is over."""
LOUD = 300
CHUNK = 4800
"""Bytes of speech in one message: a tenth of a second."""


@dataclass
class Deepgram:
    """The server: `async with Deepgram() as server`, at `server.listen_url` and `server.speak_url`.

    `hears` is "well", a status to refuse with, "deaf" (takes sound and never answers) or "closes"
    (drops the line at the first words). `speaks` is "well", a status, "silent" (takes text and
    never answers), "stalls" (goes quiet half-way through a sentence) or "closes" (drops the line
    there). Both may be changed during a call.
    """

    hears: str = "well"
    speaks: str = "well"
    keys: set[str] = field(default_factory=set)
    """The keys it was asked with."""
    models: set[str] = field(default_factory=set)
    transcripts: list[str] = field(default_factory=list)
    """What it heard."""
    texts: list[str] = field(default_factory=list)
    """What it was asked to say."""
    _ready: dict[str, bytes] = field(default_factory=dict)

    async def __aenter__(self) -> Deepgram:
        app = web.Application()
        app.router.add_get("/v1/listen", self._listen)
        app.router.add_get("/v1/speak", self._speak)
        app.router.add_post("/v1/speak", self._speak_at_once)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        self.listen_url, self.speak_url = f"{base}/listen", f"{base}/speak"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _asked(self, request: web.Request, mode: str) -> web.Response | None:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Token "))
        self.models.add(request.query.get("model", ""))
        if mode.isdigit():
            return web.json_response({"err_code": "FAULT", "err_msg": "no"}, status=int(mode))
        return None

    async def rehearse(self, *texts: str) -> None:
        """Have the sound of these ready, so that a busy machine doesn't make it late."""
        for text in texts:
            self._ready[text] = await self._synthesised(text)

    # Hearing

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if refused := self._asked(request, self.hears):
            return refused
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        utterance = _Utterance()
        async for message in socket:
            if message.type is WSMsgType.BINARY and self.hears != "deaf":
                spoken = utterance.add(np.frombuffer(message.data, np.int16))
                if spoken is not None and self.hears == "closes":
                    await socket.close(code=1011)
                    break
                if spoken is not None:
                    await self._tell(socket, spoken)
            elif (
                message.type is WSMsgType.TEXT and json.loads(message.data)["type"] == "CloseStream"
            ):
                break
        return socket

    async def _tell(self, socket: web.WebSocketResponse, spoken: NDArray[np.int16]) -> None:
        recogniser = speech_to_text.load()
        text = await asyncio.to_thread(recogniser.transcribe, spoken.astype(np.float32) / 32768)
        if text:
            self.transcripts.append(text)
        for final in (False, True):
            alternative = {"transcript": text, "confidence": 0.98, "words": []}
            result = {
                "type": "Results",
                "channel_index": [0, 1],
                "duration": len(spoken) / HEARD_AT,
                "start": 0.0,
                "is_final": final,
                "speech_final": final,
                "channel": {"alternatives": [alternative]},
                "metadata": {"request_id": "request", "model_info": {}, "model_uuid": "model"},
            }
            await socket.send_json(result)

    # Speaking

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        if refused := self._asked(request, self.speaks):
            return refused
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        words: list[str] = []
        async for message in socket:
            asked = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if asked.get("type") == "Speak":
                words.append(asked["text"])
            elif asked.get("type") == "Flush" and words and self.speaks != "silent":
                whole = await self._say(socket, "".join(words))
                words.clear()
                if not whole and self.speaks == "closes":
                    await socket.close(code=1011)
                    break
                if whole:
                    await socket.send_json({"type": "Flushed", "sequence_id": 0})
            elif asked.get("type") == "Close":
                break
        return socket

    async def _say(self, socket: web.WebSocketResponse, text: str) -> bool:
        """Send the sound, or only half of it."""
        sound = await self._sound(text)
        whole = self.speaks == "well"
        for start in range(0, len(sound) if whole else len(sound) // 2, CHUNK):
            await socket.send_bytes(sound[start : start + CHUNK])
        return whole

    async def _speak_at_once(self, request: web.Request) -> web.StreamResponse:
        if refused := self._asked(request, self.speaks):
            return refused
        if self.speaks != "well":
            await asyncio.sleep(3600)
        return web.Response(body=await self._sound((await request.json())["text"]))

    async def _sound(self, text: str) -> bytes:
        self.texts.append(text.strip())
        return self._ready.get(text.strip()) or await self._synthesised(text)

    async def _synthesised(self, text: str) -> bytes:
        voice = text_to_speech.loaded()
        sentences = await voice.run(voice.sentences, text)
        return b"".join([await voice.run(voice.sound, sentence, 1.1) for sentence in sentences])


class _Utterance:
    """Sound as it comes, given out whole after each utterance."""

    def __init__(self) -> None:
        self._sound: list[NDArray[np.int16]] = []
        self._voiced = self._quiet = 0

    def add(self, part: NDArray[np.int16]) -> NDArray[np.int16] | None:
        self._sound.append(part)
        if np.abs(part).max(initial=0) > LOUD:
            self._voiced, self._quiet = self._voiced + len(part), 0
        else:
            self._quiet += len(part)
        if self._voiced > HEARD_AT // 10 and self._quiet > PAUSE * HEARD_AT:
            spoken = np.concatenate(self._sound)
            self._sound, self._voiced, self._quiet = [], 0, 0
            return spoken
        if not self._voiced and self._quiet > HEARD_AT:
            self._sound = self._sound[-10:]
            self._quiet = 0
        return None
