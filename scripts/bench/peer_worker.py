"""A worker of another program, for `scripts.bench.memory`: `livekit` as in its guides or `openrtc`.

It runs with what is installed in `build/openrtc`, and knows nothing of this program. Both serve one
agent, which listens with Silero's voice detection and says nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, JobProcess, cli


class Listens(Agent):
    """Is on the line."""

    def __init__(self) -> None:
        super().__init__(instructions="You answer the phone.")


def prewarm(process: JobProcess) -> None:
    """What each process has loaded before a call comes."""
    from livekit.plugins import silero

    process.userdata["vad"] = silero.VAD.load()


async def call(context: JobContext) -> None:
    """One call."""
    session: AgentSession[Any] = AgentSession(
        vad=context.proc.userdata["vad"], turn_detection="vad"
    )
    await session.start(Listens(), room=context.room)


def main() -> None:
    """Run the worker that is named."""
    which = sys.argv.pop(1)
    if which == "openrtc":
        from openrtc import AgentPool  # type: ignore[import-not-found]

        multilingual: Any = import_module("livekit.plugins.turn_detector.multilingual")
        multilingual.MultilingualModel = lambda: "vad"  # its model would have to be downloaded
        pool = AgentPool(agent=None, port=0)
        pool.add("listens", Listens, session_kwargs={"turn_detection": "vad"})
        pool.run()
        return
    server = AgentServer(setup_fnc=prewarm, num_idle_processes=1, port=0, load_fnc=lambda: 0.0)
    server.rtc_session(call)
    cli.run_app(server)


if __name__ == "__main__":
    main()
