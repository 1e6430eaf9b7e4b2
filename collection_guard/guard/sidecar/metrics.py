"""What Prometheus collects: requests, decisions, broken rules, records, and whether the guard is ready."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The numbers of one sidecar; no label holds anything that a client sent."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", "path", "status")
        self.seconds = Histogram(
            "collection_guard_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ["path"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.in_flight = Gauge("collection_guard_requests_in_flight", "Requests begun.", registry=self._registry)
        self.decisions = self._counter("decisions", "Attempts decided.", "decision", "would_deny")
        self.rules = self._counter("rules", "Rules that an attempt breaks or leaves open.", "rule", "verdict")
        self.records = self._counter("records", "Contacts recorded.")
        self.findings = self._counter("findings", "What there is to say of recorded contacts.", "kind", "rule")
        self.cancelled = self._counter("cancelled", "Reservations given back.", "known")
        self.reloads = self._counter("reloads", "Rules and registry read again.", "result")
        self.ready = Gauge("collection_guard_ready", "1: it decides; 0: it refuses.", registry=self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"collection_guard_{name}", about, labels, registry=self._registry)

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus."""
        return generate_latest(self._registry)
