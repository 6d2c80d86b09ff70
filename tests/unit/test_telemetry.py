"""What those who watch over the line get to see: spans, counters, and no words."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from livekit.agents import telemetry as livekit
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY, mmap_dict, multiprocess

from assistant import telemetry
from statemachine.answers import Answer
from statemachine.engine.journal.refusals import UNFIT_ARGUMENTS, UNKNOWN_TRIGGER
from statemachine.offers import Offer
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests.calls import HEARD, ROOT, call_after, console, scripted
from tests.fakes import Use

SAID_YES = CallerSpoke(Answer.YES)
OFFERS = (Offer("iPhone Air", "256 GB", 99_900, ()),)


def counted(name: str, **labels: str) -> float:
    """What a counter says."""
    return REGISTRY.get_sample_value(f"shop_{name}_total", labels) or 0.0


async def test_what_happens_in_a_call_is_counted() -> None:
    """Triggers accepted and refused with the guard's name, handoffs, orders, tickets, ends."""
    asked: dict[str, tuple[str, dict[str, str], int]] = {
        "accepted": ("triggers_accepted", {"trigger": "select_model", "state": "buying"}, 1),
        "turns": ("triggers_accepted", {"trigger": "caller_spoke", "state": "buying"}, 2),
        "early": (
            "triggers_refused",
            {
                "trigger": "confirm_purchase",
                "state": "buying",
                "reason": "spoken_since_quoted",
            },
            1,
        ),
        "misplaced": (
            "triggers_refused",
            {"trigger": "complete_support", "state": "buying", "reason": "not_possible_here"},
            1,
        ),
        "unknown": (
            "triggers_refused",
            {"trigger": "unknown", "state": "support", "reason": "unknown_trigger"},
            1,
        ),
        "unread": (
            "triggers_refused",
            {"trigger": "record_name", "state": "support", "reason": "unfit_arguments"},
            1,
        ),
        "to buying": ("handoffs", {"source": "greeting", "target": "buying"}, 1),
        "orders": ("orders", {}, 1),
        "tickets": ("tickets", {}, 1),
        "ends": ("calls_ended", {"reason": "caller_hung_up", "state": "support"}, 1),
    }
    before = {key: counted(name, **labels) for key, (name, labels, _) in asked.items()}
    first = (HEARD, ToBuying(), HEARD, SelectModel("iPhone Air"), ConfirmPurchase(), SAID_YES)
    call = await call_after(*first, offers=OFFERS)
    for trigger in (
        CompleteSupport(),
        ConfirmPurchase(),
        ToSupport(),
        HEARD,
        LogSupportIssue("it gargles"),
    ):
        await call.fire(trigger)
    await call.refuse("sell_dana_a_boat", {}, UNKNOWN_TRIGGER)
    await call.refuse("record_name", {}, UNFIT_ARGUMENTS)
    await call.fire(CallerHungUp())
    after = {key: counted(name, **labels) for key, (name, labels, _) in asked.items()}
    assert {key: after[key] - before[key] for key in asked} == {
        key: number for key, (_, _, number) in asked.items()
    }


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span that ends meanwhile."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    before = livekit.tracer._tracer_provider
    livekit.set_tracer_provider(provider, allow_pii=False)
    yield kept
    livekit.set_tracer_provider(before)


async def test_a_trigger_is_a_span_below_the_tool_and_the_turn(
    spans: InMemorySpanExporter,
) -> None:
    """It says what happened to it, in which call, and holds nothing that was said."""
    await scripted(
        ["I'm Dana", "I want to buy one"],
        [Use("record_name", {"name": "Dana"})],
        "Hello.",
        [Use("to_buying", {"wish": "one for my grandmother"})],
        [Use("confirm_purchase")],
        "Which one?",
    )
    ended = {span.context.span_id: span for span in spans.get_finished_spans() if span.context}
    (named,) = (span for span in ended.values() if span.name == "trigger record_name")
    (refused,) = (span for span in ended.values() if span.name == "trigger confirm_purchase")
    assert above(named, ended)[0] == "function_tool"
    assert "agent_turn" in above(named, ended)
    assert above(named, ended)[-1] == "agent_session"
    assert (
        dict(named.attributes or {}).items()
        >= {
            "shop.call": "test",
            "shop.trigger": "record_name",
            "shop.from": "greeting",
            "shop.to": "greeting",
            "shop.accepted": True,
        }.items()
    )
    assert (refused.attributes or {})["shop.refused_by"] == ("model_selected",)
    told = "".join(span.to_json() for span in ended.values())
    assert "Dana" not in told
    assert "grandmother" not in told


def above(span: ReadableSpan, spans: dict[int, ReadableSpan]) -> list[str]:
    """The names of the spans that one is in, the nearest first."""
    names: list[str] = []
    while span.parent is not None and span.parent.span_id in spans:
        span = spans[span.parent.span_id]
        names.append(span.name)
    return names


async def test_spans_and_counters_go_where_the_standard_variables_say(tmp_path: Path) -> None:
    """A whole console call arrives at a collector on this machine, without its words."""
    traces, meters, bodies = ExportTraceServiceRequest(), ExportMetricsServiceRequest(), [b""]

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        bodies.append(body)
        (traces if request.path.endswith("traces") else meters).MergeFromString(body)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/v1/{kind}", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    settings = {
        "LLM": "offline",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_SERVICE_NAME": "my-shop",
    }
    process = await console(tmp_path, settings)
    async with asyncio.timeout(60):
        out, _ = await process.communicate(b"I'm Dana Quill and want to buy an iPhone\nbye\n")
    await runner.cleanup()
    assert process.returncode == 0, out.decode()
    (resource, *_) = traces.resource_spans
    names = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert names["service.name"] == "my-shop"
    sent = [
        span.name
        for each in traces.resource_spans
        for scope in each.scope_spans
        for span in scope.spans
    ]
    assert {"trigger record_name", "trigger to_buying", "agent_session"} <= set(sent)
    counters = {
        metric.name
        for each in meters.resource_metrics
        for scope in each.scope_metrics
        for metric in scope.metrics
    }
    assert {"shop.triggers_accepted", "shop.handoffs", "shop.calls_ended"} <= counters
    assert b"Quill" not in b"".join(bodies)


def test_a_workers_counters_are_the_sum_over_its_processes(tmp_path: Path) -> None:
    """Each call is a process of its own; what Prometheus reads is all of them together."""
    port = free_port()
    worker = (
        "import asyncio, json, os, subprocess, sys, urllib.request\n"
        "from livekit.agents.telemetry.http_server import HttpServer\n"
        "async def main():\n"
        "    server = HttpServer('127.0.0.1', int(sys.argv[1]))\n"
        "    await server.start()\n"
        "    for _ in range(2):\n"
        "        one = 'from assistant import telemetry as t; t.ORDERS.one()'\n"
        "        job = await asyncio.create_subprocess_exec(sys.executable, '-c', one)\n"
        "        assert await job.wait() == 0\n"
        "    url = f'http://127.0.0.1:{sys.argv[1]}/metrics'\n"
        "    read = lambda: urllib.request.urlopen(url).read().decode()\n"
        "    print(await asyncio.to_thread(read))\n"
        "    await server.aclose()\n"
        "asyncio.run(main())\n"
    )
    env = {"PATH": os.environ["PATH"], "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", worker, str(port)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "shop_orders_total 2.0" in done.stdout


def test_what_ended_calls_have_counted_is_read_from_one_file(tmp_path: Path) -> None:
    """Of a thousand processes that are gone; one that still counts keeps its own."""
    gone = 2**22  # no process has so high a number
    for number in (*range(gone + 1, gone + 1001), os.getpid()):
        for kind in ("counter", "histogram"):
            file = mmap_dict.MmapedDict(str(tmp_path / f"{kind}_{number}.db"))
            key = mmap_dict.mmap_key(f"shop_{kind}", f"shop_{kind}_total", [], [], "So many.")
            file.write_value(key, 2.0, 0.0)
            file.close()
    for _ in range(2):  # what was merged is merged again with what has come since
        telemetry.merge(tmp_path)
        found = multiprocess.MultiProcessCollector.merge([*map(str, tmp_path.iterdir())])
        counter = next(metric for metric in found if metric.name == "shop_counter")
        assert [sample.value for sample in counter.samples] == [2002.0]
        assert len([*tmp_path.iterdir()]) == 4


def test_each_worker_counts_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """Two with one port never share it; a call's process uses its worker's; none is left behind."""
    worker = (
        "import os, subprocess, sys\n"
        "from assistant import telemetry\n"
        "print(ours := telemetry.folder(9464), os.path.isdir(ours), flush=True)\n"
        "if sys.argv[1:]:\n"
        "    subprocess.run([sys.executable, *sys.orig_argv[1:-1]], check=True)\n"
        "    assert os.path.isdir(ours)\n"
    )
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", worker, "with a call"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60)[0].splitlines() for process in begun]
    assert [process.returncode for process in begun] == [0, 0]
    (one, its_call), (other, others_call) = told
    assert one == its_call
    assert other == others_call
    assert one != other
    assert one.endswith(" True")
    assert [*tmp_path.iterdir()] == []


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
