"""A pipecat-flows program for the same shop, written as in its guides; run where it is installed.

    build/peers/bin/python scripts/bench/flows.py < WORK > MEASURED

It has the ordinary program's prompts and tools: a node for each desk, whose functions record what
was said and return the next node. Read and written is JSON (`scripts/bench/peers.py`).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from importlib import metadata
from types import SimpleNamespace
from typing import Any

from loguru import logger
from pipecat.flows import FlowManager, FlowsFunctionSchema, NodeConfig
from pipecat.frames.frames import EndFrame, LLMMessagesAppendFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.workers.runner import WorkerRunner

Work = dict[str, Any]


class Clerk(OpenAILLMService):
    """A model that does what is right: the next deed for the caller's words, else it talks."""

    def __init__(self, deeds: dict[str, list[Work]], says: str) -> None:
        super().__init__(api_key="none", settings=OpenAILLMService.Settings(model="none"))
        self.requests = self.characters = self.last = 0
        self.spent = 0.0
        """Seconds that it took itself: no program's doing."""
        self.spoke = asyncio.Event()
        """Its last answer was words."""
        self._deeds_due, self._clerk_says = deeds, says
        self._deeds_done: set[tuple[str, str]] = set()

    async def get_chat_completions(self, context: LLMContext) -> Any:
        """The next answer."""
        given = await self.get_llm_adapter().get_llm_invocation_params(
            context,
            system_instruction=self._settings.system_instruction,
            convert_developer_to_user=False,
        )
        began = time.perf_counter()
        tools = given["tools"] if isinstance(given.get("tools"), list) else []
        size = len(json.dumps({"messages": given["messages"], "tools": tools}))
        self.requests, self.characters, self.last = self.requests + 1, self.characters + size, size
        offered = {tool["function"]["name"] for tool in tools}
        said = [m["content"] for m in given["messages"] if m.get("role") == "user"]
        deed = self._deed_for(said[-1] if said else "", offered)
        self.spent += time.perf_counter() - began
        return self._words_or_call(deed)

    def _deed_for(self, words: str, offered: set[str]) -> Work | None:
        for deed in self._deeds_due.get(words, []):
            if deed["name"] in offered and (words, deed["name"]) not in self._deeds_done:
                self._deeds_done.add((words, deed["name"]))
                return deed
        return None

    async def _words_or_call(self, deed: Work | None) -> AsyncIterator[Any]:
        if deed is None:
            for word in self._clerk_says.split(" "):
                yield _chunk(content=f"{word} ", tool_calls=None)
            self.spoke.set()
            return
        function = SimpleNamespace(name=deed["name"], arguments=json.dumps(deed["arguments"]))
        call = SimpleNamespace(index=0, id=f"call_{self.requests}", function=function)
        yield _chunk(content=None, tool_calls=[call])


def _chunk(**delta: Any) -> Any:
    choice = SimpleNamespace(delta=SimpleNamespace(**delta))
    return SimpleNamespace(usage=None, model="none", choices=[choice])


def _function(
    name: str, description: str, then: Callable[[Work], Any], *arguments: str, needed: int = 0
) -> FlowsFunctionSchema:
    async def handle(given: Work, flow: FlowManager) -> Any:
        return then(given)

    properties = {each: {"type": "string", "description": f"The {each}"} for each in arguments}
    return FlowsFunctionSchema(
        name=name,
        description=description,
        properties=properties,
        required=list(arguments[:needed]),
        handler=handle,
    )


def nodes(prompts: dict[str, str], tools: dict[str, str]) -> Callable[[str], NodeConfig]:
    """The nodes by name, with what the ordinary program tells its model of each tool."""

    def goes(to: str) -> Callable[[Work], Any]:
        return lambda given: ({"status": f"with {to}"}, make(to))

    def notes(text: str) -> Callable[[Work], Any]:
        return lambda given: ({"status": text, **given}, None)

    def make(name: str) -> NodeConfig:
        to_buying = _function("to_buying", tools["to_buying"], goes("buying"))
        to_support = _function("to_support", tools["to_support"], goes("support"))
        end = {"greeting": "end_call", "buying": "end_purchase_call", "support": "end_support_call"}
        own = {
            "greeting": [
                to_buying,
                to_support,
                _function("record_name", tools["record_name"], notes("noted"), "name", needed=1),
            ],
            "buying": [
                _function(
                    "select_model",
                    tools["select_model"],
                    notes("selected at $999. Ask whether to order it."),
                    *("model", "storage", "colour"),
                    needed=1,
                ),
                _function("confirm_purchase", tools["confirm_purchase"], notes("ordered: S48213")),
                to_support,
            ],
            "support": [
                _function(
                    "log_support_issue",
                    tools["log_support_issue"],
                    notes("logged under ticket T48213. Suggest a first step."),
                    "issue",
                    needed=1,
                ),
                _function("complete_support", tools["complete_support"], goes("greeting")),
                to_buying,
            ],
        }
        if name == "end":
            goodbye = [{"role": "developer", "content": "The call ends now. Say goodbye."}]
            return NodeConfig(name=name, task_messages=goodbye, functions=[])
        leave = _function(end[name], tools[end[name]], goes("end"))
        return NodeConfig(
            name=name,
            role_message=prompts[name],
            task_messages=[{"role": "developer", "content": f"The caller is with {name} now."}],
            functions=[*own[name], leave],
        )

    return make


class Call:
    """One call in text."""

    def __init__(self, work: Work, lines: list[Work]) -> None:
        deeds = {line["words"]: line["deeds"] for line in lines}
        self.clerk = Clerk(deeds, work["says"])
        self._context = LLMContext()
        both = LLMContextAggregatorPair(self._context)
        self._worker = PipelineWorker(
            Pipeline([both.user(), self.clerk, both.assistant()]),
            cancel_on_idle_timeout=False,
        )
        self._flow = FlowManager(worker=self._worker, llm=self.clerk, context_aggregator=both)
        self._first = nodes(work["prompts"], work["tools"])("greeting")
        self._runner = WorkerRunner(handle_sigint=False)
        self._running: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Greet."""
        await self._runner.add_workers(self._worker)
        self._running = asyncio.create_task(self._runner.run())
        await self._flow.initialize(self._first)
        await self._answer()

    async def say(self, words: str) -> None:
        """The caller says this, and is answered."""
        message = {"role": "user", "content": words}
        await self._worker.queue_frames([LLMMessagesAppendFrame([message], run_llm=True)])
        await self._answer()

    async def _answer(self) -> None:
        await self.clerk.spoke.wait()
        self.clerk.spoke.clear()
        while not self._written():  # noqa: ASYNC110
            await asyncio.sleep(0)

    def _written(self) -> bool:
        """Whether the answer stands in the history."""
        last = self._context.get_messages()[-1]
        return last.get("role") == "assistant" and not last.get("tool_calls")

    async def end(self) -> None:
        """Hang up."""
        await self._worker.queue_frames([EndFrame()])
        if self._running is not None:
            await asyncio.wait([self._running], timeout=5)

    async def timed(self, words: str) -> float:
        """Seconds that a turn took, the model's own aside."""
        own, began = self.clerk.spent, time.perf_counter()
        await self.say(words)
        return time.perf_counter() - began - (self.clerk.spent - own)


async def converse(work: Work, conversation: Work) -> Work:
    """One conversation."""
    call = Call(work, conversation["lines"])
    await call.begin()
    turns = [await call.timed(line["words"]) for line in conversation["lines"]]
    await call.end()
    return {"requests": call.clerk.requests, "characters": call.clerk.characters, "turns": turns}


async def grow(work: Work) -> Work:
    """A long call: the turns' times, and each request's characters."""
    call = Call(work, [])
    await call.begin()
    turns, prompts = [], []
    for nth in range(work["turns"]):
        turns.append(await call.timed(f"Tell me more, please, number {nth}."))
        prompts.append(call.clerk.last)
    await call.end()
    return {"turns": turns, "prompts": prompts}


async def main() -> None:
    """Do the work that is asked for."""
    logger.remove()
    work = json.load(sys.stdin)
    told: Work = {"version": metadata.version("pipecat-ai"), "conversations": {}}
    for conversation in work["conversations"]:
        runs = [await converse(work, conversation) for _ in range(work["times"])]
        told["conversations"][conversation["name"]] = runs
    if work["turns"]:
        told["growth"] = await grow(work)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
