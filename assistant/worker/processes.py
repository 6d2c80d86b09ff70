"""The processes of one worker's calls: which there are, and one more for a call to be taken up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from livekit import api
from livekit.agents import AgentServer
from livekit.agents.ipc.supervised_proc import SupervisedProc
from livekit.agents.job import RunningJobInfo

from assistant.settings import Rooms
from assistant.worker.rooms import agents_token
from assistant.worker.timing import USUAL, Timing


class Processes:
    """Those of a worker's calls that are on; LiveKit tells nobody when one has ended."""

    def __init__(self, server: AgentServer, settings: Rooms, timing: Timing = USUAL) -> None:
        self._server = server
        self._settings = settings
        self._timing = timing
        self._serving: dict[str, RunningJobInfo] = {}
        self._began: list[float] = []

    @property
    def now(self) -> list[RunningJobInfo]:
        """The jobs that have a process which lives."""
        return list(self._server.active_jobs)

    def serve(self, call: str) -> bool:
        """Whether one serves this call, and lives."""
        return any(served(info)[0] == call for info in self.now)

    def has_one(self) -> bool:
        """Whether one should be waiting, loaded: after each call that begins another one loads."""
        now = asyncio.get_running_loop().time()
        self._began = [began for began in self._began if now - began < self._timing.loading]
        return len(self._began) < self._settings.idle_processes

    async def begin(self, agent: str, room: api.Room) -> None:
        """Start one that joins a room under this identity."""
        keys = self._settings.livekit_api_key, self._settings.livekit_api_secret
        token = agents_token(*keys, agent, room.name)
        await self._server.simulate_job(room.name, room_info=room, token=token)

    async def end(self, call: str) -> None:
        """End the one that serves this call, without a word: it answers nobody any more."""
        for process in self._server._proc_pool.processes:
            info = process.running_job
            if info is not None and served(info)[0] == call:
                await cast(SupervisedProc, process).kill()

    async def watch(self, gone: Callable[[RunningJobInfo], None]) -> None:
        """Tell of each job whose process has ended, again and again until `seen_to`."""
        while True:
            now = {info.job.id: info for info in self.now}
            for job in self._serving.keys() - now.keys():
                gone(self._serving[job])
            began = now.keys() - self._serving.keys()
            self._began += [asyncio.get_running_loop().time()] * len(began)
            self._serving |= now
            await asyncio.sleep(self._timing.look)

    def seen_to(self, info: RunningJobInfo) -> None:
        """The end of this job's process has been seen to."""
        self._serving.pop(info.job.id, None)


def served(info: RunningJobInfo) -> tuple[str, str]:
    """The call that a job serves, and the name under which it writes."""
    return info.job.room.sid, info.accept_arguments.identity
