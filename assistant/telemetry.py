"""What is told to those who watch over the line: a span a trigger, and counters; never words."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import threading
from collections import Counter as Counts
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from livekit.agents import telemetry as livekit
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span
from prometheus_client import Counter, Metric, mmap_dict, multiprocess, values

from statemachine.effects import OpenTicket, PlaceOrder
from statemachine.engine.effects import Effect, HandOff
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.words import own_name
from statemachine.engine.triggers import Trigger, name_of
from statemachine.states import FINAL
from statemachine.table import TABLE

SERVICE = "iphone-shop-assistant"
_FLUSH = 3000
"""Milliseconds that a call's last spans may take to be sent."""
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable, prometheus_client's own, that names the folder a worker's processes count in."""
_providers: list[TracerProvider | MeterProvider] = []


class _Count:
    """A counter of both kinds: Prometheus reads it off, OpenTelemetry sends it."""

    def __init__(self, name: str, what: str, *labels: str) -> None:
        self._name, self._what, self._labels = name, what, labels
        self._sent = metrics.get_meter(SERVICE).create_counter(f"shop.{name}", description=what)

    @cached_property
    def _prometheus(self) -> Counter:
        # Not before it is needed: without labels it has a file at once, and as a worker starts
        # LiveKit deletes what is in the folder; counted would be into nowhere.
        return Counter(f"shop_{self._name}", self._what, self._labels)

    def zero(self) -> None:
        """Show what has not happened yet as 0, for a counter without labels."""
        self._prometheus.inc(0)

    def one(self, *labels: str) -> None:
        """Count one more."""
        told = dict(zip(self._labels, labels, strict=True))
        (self._prometheus.labels(*labels) if labels else self._prometheus).inc()
        self._sent.add(1, told)


ACCEPTED = _Count("triggers_accepted", "Triggers that happened.", "trigger", "state")
REFUSED = _Count("triggers_refused", "Triggers refused, by reason.", "trigger", "state", "reason")
HANDOFFS = _Count("handoffs", "Callers put through.", "source", "target")
ORDERS = _Count("orders", "Orders placed.")
TICKETS = _Count("tickets", "Tickets opened.")
TAKEN_UP = _Count("calls_taken_up", "Calls taken up that nobody held any more.")
MODEL_FAILED = _Count("model_failures", "Requests that the model failed, by fault.", "fault")
REFLEXES = _Count("reflexes", "Tools called for plain words, without a request.", "tool")
STOOD_IN = _Count("model_stood_in_for", "Requests that the embedded brain answered in its place.")
ENDED = _Count("calls_ended", "Calls that ended, by what ended them.", "reason", "state")


def count(entry: Entry, effects: tuple[Effect, ...] = ()) -> None:
    """Count what an entry says has happened."""
    trigger = own_name(entry.trigger, TABLE, "unknown")
    if not entry.accepted:
        for reason in entry.reasons:
            REFUSED.one(trigger, entry.source, reason)
        return
    ACCEPTED.one(trigger, entry.source)
    if entry.target == FINAL.value:
        ENDED.one(trigger, entry.source)
    for effect in effects:
        if isinstance(effect, HandOff):
            HANDOFFS.one(entry.source, entry.target)
        elif isinstance(effect, PlaceOrder):
            ORDERS.one()
        elif isinstance(effect, OpenTicket):
            TICKETS.one()


@contextmanager
def span(call: str, trigger: Trigger) -> Iterator[Span]:
    """A span for a trigger, below the turn or the tool that LiveKit is in."""
    name = name_of(trigger)
    with livekit.tracer.start_as_current_span(
        f"trigger {name}",
        attributes={"shop.call": call, "shop.trigger": name},
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        yield current


def told(current: Span, entry: Entry) -> None:
    """What became of a span's trigger."""
    current.set_attribute("shop.from", entry.source)
    current.set_attribute("shop.to", entry.target)
    current.set_attribute("shop.accepted", entry.accepted)
    if not entry.accepted:
        current.set_attribute("shop.refused_by", entry.reasons)


def folder(port: int) -> str | None:
    """Where a worker's processes count, this one too, for Prometheus to read the sum at this port.

    The worker's first process makes it, its calls' processes find it in their environment, and at
    the worker's end it is gone. A folder of its own each: LiveKit empties it as a worker starts.
    """
    if not port:
        return None
    if not os.environ.get(_SHARED):
        made = os.environ[_SHARED] = tempfile.mkdtemp(prefix=f"iphone-shop-metrics-{port}-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    if values.ValueClass is values.MutexValue:
        # It looks for the variable when it is imported, and LiveKit has imported it before us.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    multiprocess.MultiProcessCollector = _Collector  # type: ignore[misc]
    return os.environ[_SHARED]


class _Collector(multiprocess.MultiProcessCollector):
    """Reads what all processes have counted, those that are gone from one file.

    Each process leaves its files behind, thousands in a day, of which every scrape reads each one.
    Merged here, by who reads, nothing is ever seen twice or not at all.
    """

    _reading = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Merge, and read."""
        with self._reading:
            merge(Path(self._path))
            return list(super().collect())  # type: ignore[no-untyped-call]


def merge(folder: Path) -> None:
    """Put what processes that are gone have counted into one file of each kind."""
    for kind in ("counter", "histogram", "summary"):
        gone = [file for file in folder.glob(f"{kind}_*.db") if _is_over(file.stem)]
        if len(gone) < 2:
            continue
        sums: Counts[str] = Counts()
        for file in gone:
            held = mmap_dict.MmapedDict.read_all_values_from_file(str(file))  # type: ignore[no-untyped-call]
            for key, value, _, _ in held:
                sums[key] += value
        scratch = folder / f"{kind}.merging"
        scratch.unlink(missing_ok=True)
        merged = mmap_dict.MmapedDict(str(scratch))  # type: ignore[no-untyped-call]
        for key, value in sums.items():
            merged.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
        merged.close()  # type: ignore[no-untyped-call]
        for file in gone:
            file.unlink()
        scratch.replace(folder / f"{kind}_0.db")


def _is_over(name: str) -> bool:
    """Whether nobody counts into this file any more; the number of no process is the merged one."""
    number = name.rpartition("_")[2]
    if not number.isdecimal() or number == "0":
        return number == "0"
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def export() -> None:
    """Send spans and counters to where OpenTelemetry's own environment variables say, if they do.

    `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one for traces or metrics) turns it on; headers, protocol,
    names and the rest are read by the SDK. What was said is taken out before anything is sent.
    Prometheus, which needs nothing sent, sees from now on 0 for what has not happened yet.
    """
    for counter in (ORDERS, TICKETS, TAKEN_UP, STOOD_IN):
        counter.zero()
    if _providers or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    os.environ.setdefault("OTEL_SERVICE_NAME", SERVICE)
    resource = Resource.create()
    if _wanted("TRACES"):
        traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        traces.add_span_processor(BatchSpanProcessor(_span_exporter()))
        livekit.set_tracer_provider(traces, allow_pii=False)
        _providers.append(traces)
    if _wanted("METRICS"):
        reader = PeriodicExportingMetricReader(_metric_exporter())
        meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
        metrics.set_meter_provider(meters)
        _providers.append(meters)
    if _providers:
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)


def flush() -> None:
    """Send what is left of a call, waiting a few seconds at most; blocks."""
    for provider in _providers:
        sending = threading.Thread(target=provider.force_flush, args=(_FLUSH,), daemon=True)
        sending.start()
        sending.join(_FLUSH / 1000)


def _wanted(kind: str) -> bool:
    if os.environ.get(f"OTEL_{kind}_EXPORTER", "otlp") != "otlp":
        return False
    return any(
        os.environ.get(name)
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{kind}_ENDPOINT")
    )


def _grpc(kind: str) -> bool:
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    return os.environ.get(f"OTEL_EXPORTER_OTLP_{kind}_PROTOCOL", general) == "grpc"


def _span_exporter() -> SpanExporter:
    if _grpc("TRACES"):
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as Grpc

        return Grpc()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as Http

    return Http()


def _metric_exporter() -> MetricExporter:
    if _grpc("METRICS"):
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (
            OTLPMetricExporter as Grpc,
        )

        return Grpc()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as Http

    return Http()
