"""LiveKit's server of agents, and what it does for calls besides: nobody's is left in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from livekit import api
from livekit.agents import NOT_GIVEN, AgentServer, NotGivenOr
from livekit.protocol import agent

from assistant import logs, telemetry
from assistant.providers.build import without_spares
from assistant.providers.offline.shared.keeper import kept as shared_speech
from assistant.records.sql.store import SqlStore
from assistant.settings import Settings
from assistant.worker import holding, proxy
from assistant.worker.admission import Admission
from assistant.worker.errands import Errands
from assistant.worker.health import bound_livekits_ports
from assistant.worker.holding import Holding
from assistant.worker.own_calls import OwnCalls
from assistant.worker.processes import Processes
from assistant.worker.rooms import RoomService
from assistant.worker.takeover import Takeover

log = logging.getLogger("assistant.worker")

ANSWERS = 3.0
"""Seconds that LiveKit may take to say who is in a room."""
HANDING_ON = 15.0
"""Seconds that calls which are handed on may take: to be taken up, or to say that nobody can."""


class Care:
    """A worker's care for calls, its own and those of workers that died, until it is closed."""

    def __init__(
        self, server: AgentServer, settings: Settings, is_full: Callable[[], bool]
    ) -> None:
        keys = settings.rooms
        self._store = SqlStore(settings.database_url)
        self._asking = proxy.session(keys.livekit_url, ANSWERS)
        livekit = api.LiveKitAPI(
            keys.livekit_url, keys.livekit_api_key, keys.livekit_api_secret, session=self._asking
        )
        rooms, processes = RoomService(livekit), Processes(server, keys)
        self._errands = Errands()
        self._holding = Holding(self._store, lambda call: self.own.end_late(call))
        common = self._store, rooms, processes, self._errands, self._holding
        self._takeover = Takeover(*common, is_full, keys.agent_name)
        self.own = OwnCalls(*common, self._takeover)
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(_fault)

    async def _run(self) -> None:
        try:
            await asyncio.gather(self._holding.run(), self.own.run(), self._takeover.run())
        finally:
            self._errands.stop()

    def stop(self) -> None:
        """Look for no further calls."""
        self._task.cancel()

    async def close(self) -> None:
        """Let go of the records."""
        self.stop()
        await self._store.close()
        await self._asking.close()


class Worker(AgentServer):
    """Serves rooms, cares for calls while it does, and remembers why it stopped."""

    def __init__(self, settings: Settings, admission: Admission, **options: Any) -> None:
        super().__init__(**options)
        self.failure: Exception | None = None
        self._shop = settings
        self._admission = admission
        self._care: Care | None = None

    async def run(self, *, devmode: bool = False, unregistered: bool = False) -> None:
        """Serve until asked to stop."""
        self._admission.for_trying = devmode
        logs.watch_what_is_written()
        if lacking := without_spares(self._shop):
            log.warning(lacking)
        bound_livekits_ports()
        self.on("worker_registered", lambda *_: self._take_care())
        try:
            with shared_speech(), holding.address():  # before any process of a call is forked
                await super().run(devmode=devmode, unregistered=unregistered)
        except Exception as error:
            self.failure = error
            raise

    async def drain(
        self,
        timeout: NotGivenOr[int | None] = NOT_GIVEN,  # noqa: ASYNC109 - the base class's
    ) -> None:
        """Take no further calls, let those that are on end, and hand on what then remains."""
        if self._care is not None:
            self._care.stop()
        try:
            await super().drain(timeout)
        except TimeoutError:
            if self._care is not None and self.active_jobs:
                log.warning("%d calls are handed on.", len(self.active_jobs))
                await self._care.own.hand_on()
                await self._left(HANDING_ON)

    async def _left(self, patience: float) -> None:
        until = asyncio.get_running_loop().time() + patience
        while self.active_jobs and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # LiveKit tells nobody when a process has ended

    async def aclose(self) -> None:
        """Stop, and let go of the records."""
        if self._care is not None:
            self._care.stop()
        await super().aclose()
        care, self._care = self._care, None
        if care is not None:
            await care.close()
            await asyncio.to_thread(telemetry.flush)

    async def _handle_termination(self, msg: agent.JobTermination) -> None:
        """LiveKit's server takes a job back: its room is closed, or its agent isn't in it any more.

        An agent that lost its connection for too long is taken out, and so is its job, while the
        caller is there: then another one goes on.
        """
        ours = {info.job.id: info for info in self.active_jobs}
        if self._care is not None and (info := ours.get(msg.job_id)) is not None:
            await self._care.own.replace(info)
        await super()._handle_termination(msg)

    def _take_care(self) -> None:
        if self._care is None:
            telemetry.export()
            self._care = Care(self, self._shop, self._admission.is_full)


def _fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("No call is looked for any more: this worker should be restarted", exc_info=error)
