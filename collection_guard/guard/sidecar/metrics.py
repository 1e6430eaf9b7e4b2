"""What Prometheus collects: requests, decisions, broken rules, records, and whether the guard is ready."""

from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The numbers of one sidecar; no label holds anything that a client sent, so that each is looked up once."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = self._counted("requests", "Requests answered.", "path", "status")
        seconds = Histogram(
            "collection_guard_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ["path"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.seconds: Callable[[str], Histogram] = cache(seconds.labels)
        self.in_flight = Gauge("collection_guard_requests_in_flight", "Requests begun.", registry=self._registry)
        self.decisions = self._counted("decisions", "Attempts decided.", "decision", "would_deny")
        self.rules = self._counted("rules", "Rules that an attempt breaks or leaves open.", "rule", "verdict")
        self.records = self._counter("records", "Contacts recorded.")
        self.findings = self._counted("findings", "What there is to say of recorded contacts.", "kind", "rule")
        self.cancelled = self._counted("cancelled", "Reservations given back.", "known")
        self.reloads = self._counted("reloads", "Rules and registry read again.", "result")
        self.ready = Gauge("collection_guard_ready", "1: it decides; 0: it refuses.", registry=self._registry)

    def _counted(self, name: str, about: str, *labels: str) -> Callable[..., Counter]:
        """Return what gives the counter of some values of the labels."""
        return cache(self._counter(name, about, *labels).labels)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"collection_guard_{name}", about, labels, registry=self._registry)

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus."""
        return generate_latest(self._registry)
