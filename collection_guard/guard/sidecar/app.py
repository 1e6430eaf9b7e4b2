"""The sidecar as an application: what can be asked, and who answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from collection_guard.guard.decision import Decision, Finding
from collection_guard.guard.gate import Gate
from collection_guard.guard.sidecar.answers import (
    CancelAnswer,
    CancelBatchAnswer,
    CheckBatchAnswer,
    HealthAnswer,
    ReadyAnswer,
    RecordAnswer,
    RecordBatchAnswer,
    refusal,
    refused,
    written,
)
from collection_guard.guard.sidecar.bodies import (
    CancelBatch,
    CancelRequest,
    CheckBatch,
    CheckRequest,
    RecordBatch,
    RecordRequest,
    read_body,
)
from collection_guard.guard.sidecar.description import describe, described
from collection_guard.guard.sidecar.front import TOLD, Call
from collection_guard.guard.sidecar.garbage import settle
from collection_guard.guard.sidecar.line import Line
from collection_guard.guard.sidecar.log import JsonLog
from collection_guard.guard.sidecar.metrics import CONTENT_TYPE, Metrics
from collection_guard.model.event import Event
from collection_guard.model.problems import InputError, Problem

_T = TypeVar("_T")
BODIES: Final = (CheckRequest, CheckBatch, RecordRequest, RecordBatch, CancelRequest, CancelBatch)
THREADS: Final = 8
"""How many requests are worked on at a time where the store is on a network: one is waited for, the others go on."""
_ON_NETWORK: Final = "postgresql"


@dataclass(frozen=True, slots=True)
class Desk:
    """Carries requests out on the gate, in threads of its own, and counts and tells what came of them."""

    gate: Gate
    log: JsonLog
    metrics: Metrics
    threads: ThreadPoolExecutor
    line: Line | None = None
    """Before a store that is written by one at a time."""

    async def work(self, step: Callable[[], _T], *, durable: bool = False) -> _T:
        """Do something that may block in a thread; what is all in memory blocks nothing.

        It may be done a second time, where the first left nothing: so it only asks the gate, and counts nothing.
        """
        if self.gate.is_in_memory:
            return step()
        if self.line is not None:
            return await self.line.work(step, durable=durable)
        return await asyncio.get_running_loop().run_in_executor(self.threads, step)

    def decided(self, decision: Decision) -> Decision:
        """Count a decision, and return it."""
        self.metrics.decisions(decision.decision, str(decision.would_deny).lower()).inc()
        for finding in (*decision.violations, *decision.unassessable):
            self.metrics.rules(finding.rule, finding.kind).inc()
        return decision

    def recorded(self, findings: list[Finding]) -> RecordAnswer:
        """Count a contact that was recorded, and return what there is to say of it."""
        self.metrics.records.inc()
        for finding in findings:
            self.metrics.findings(finding.kind, finding.rule or "").inc()
        return RecordAnswer(findings=tuple(findings))

    def cancelled(self, known: bool) -> bool:
        """Count a place that was given back, or a token that was not held, and return which it was."""
        self.metrics.cancelled(str(known).lower()).inc()
        return known

    def ready(self) -> ReadyAnswer:
        """Say how the gate stands."""
        status = self.gate.status()
        self.metrics.ready.set(status.store_reachable)
        return ReadyAnswer(
            ready=status.store_reachable,
            mode=status.mode,
            store_reachable=status.store_reachable,
            rules_digest=status.rules_digest,
            registry_digest=status.registry_digest,
            last_reload_taken=not status.reload_problems,
        )

    def reload(self, beside: Callable[[], object] = bool, take: Callable[[], object] = bool) -> None:
        """Read rules, registry and profiles again, and ``beside``, all or none; ``take`` it; say what came of it."""
        taken = self.gate.reload(beside)
        self.metrics.reloads("taken" if taken.taken else "refused").inc()
        if taken.taken:
            take()
            settle()
            self.log.write("reloaded", rules_digest=taken.rules_digest, registry_digest=taken.registry_digest)
        else:
            self.log.problems("reload refused: what was in force stays in force", taken.problems)


def desk_of(gate: Gate, log: JsonLog) -> Desk:
    """Return the desk of a gate, with as many threads as its store takes."""
    # More than one only take the interpreter from each other, unless they wait for a network.
    on_network = gate.status().store.startswith(_ON_NETWORK)
    threads = ThreadPoolExecutor(THREADS if on_network else 1, "guard")
    return Desk(gate, log, Metrics(), threads, None if on_network else Line(gate, threads))


class Calls:
    """What is sent with a body: each call reads it, carries it out, and returns its answer.

    ``told`` takes what the line of the log says of it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def check(self, raw: bytes, told: dict[str, Any]) -> Decision:
        """Decide on an attempt."""
        body = read_body(CheckRequest, raw)
        desk, gate = self._desk, self._desk.gate
        decision = desk.decided(await desk.work(lambda: gate.check(body.attempt)))
        told |= _told(body.attempt) | {
            "decision": decision.decision,
            "would_deny": decision.would_deny,
            "reason": decision.reason.code,
            "rules": [finding.rule for finding in decision.violations],
        }
        return decision

    async def check_batch(self, raw: bytes, told: dict[str, Any]) -> CheckBatchAnswer:
        """Decide on attempts in their order."""
        body = read_body(CheckBatch, raw)
        desk, gate = self._desk, self._desk.gate
        found = await desk.work(lambda: [gate.check(attempt) for attempt in body.attempts])
        decisions = tuple(desk.decided(decision) for decision in found)
        words = [decision.decision for decision in decisions]
        told |= {"decisions": {word: words.count(word) for word in sorted(set(words))}}
        return CheckBatchAnswer(decisions=decisions)

    async def record(self, raw: bytes, told: dict[str, Any]) -> RecordAnswer:
        """Record a contact."""
        body = read_body(RecordRequest, raw)
        desk, gate = self._desk, self._desk.gate
        findings = await desk.work(lambda: gate.record(body.event, token=body.token), durable=True)
        told |= _told(body.event) | {"findings": _kinds(findings)}
        return desk.recorded(findings)

    async def record_batch(self, raw: bytes, told: dict[str, Any]) -> RecordBatchAnswer:
        """Record contacts in their order."""
        body = read_body(RecordBatch, raw)
        desk, gate = self._desk, self._desk.gate
        found = await desk.work(lambda: [gate.record(one.event, token=one.token) for one in body.records], durable=True)
        told |= {"records": len(found), "findings": _kinds(one for each in found for one in each)}
        return RecordBatchAnswer(records=tuple(desk.recorded(each) for each in found))

    async def cancel(self, raw: bytes, told: dict[str, Any]) -> CancelAnswer:
        """Give a place back."""
        del told
        body = read_body(CancelRequest, raw)
        desk, gate = self._desk, self._desk.gate
        return CancelAnswer(cancelled=desk.cancelled(await desk.work(lambda: gate.cancel(body.token))))

    async def cancel_batch(self, raw: bytes, told: dict[str, Any]) -> CancelBatchAnswer:
        """Give places back in their order."""
        del told
        body = read_body(CancelBatch, raw)
        desk, gate = self._desk, self._desk.gate
        known = await desk.work(lambda: [gate.cancel(token) for token in body.tokens])
        return CancelBatchAnswer(cancelled=tuple(desk.cancelled(one) for one in known))

    def described(self) -> Iterable[tuple[str, Call, dict[str, Any]]]:
        """Yield each call with its path, and how it is described."""
        yield "/v1/check", self.check, described("check", CheckRequest, Decision)
        yield "/v1/check/batch", self.check_batch, described("check_batch", CheckBatch, CheckBatchAnswer)
        yield "/v1/record", self.record, described("record", RecordRequest, RecordAnswer)
        yield "/v1/record/batch", self.record_batch, described("record_batch", RecordBatch, RecordBatchAnswer)
        yield "/v1/cancel", self.cancel, described("cancel", CancelRequest, CancelAnswer)
        yield "/v1/cancel/batch", self.cancel_batch, described("cancel_batch", CancelBatch, CancelBatchAnswer)


def application(desk: Desk, calls: Calls, begun: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application; ``begun`` is called within its loop before the first request."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        begun()
        yield
        desk.threads.shutdown()
        desk.gate.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None)
    describe(app, BODIES)
    _add_calls(app, calls)
    _add_watching(app, desk)
    _add_refusals(app)
    return app


def _add_calls(app: FastAPI, calls: Calls) -> None:
    """Describe the calls, and answer them where no front does."""
    for path, call, description in calls.described():
        app.add_api_route(path, _answering(call), methods=["POST"], **description)


def _answering(call: Call) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return written(await call(await request.body(), request.scope.setdefault(TOLD, {})))

    return answer


def _add_watching(app: FastAPI, desk: Desk) -> None:
    @app.get("/healthz", **described("healthz", None, HealthAnswer))
    async def healthz() -> Response:
        return written(HealthAnswer(alive=True))

    @app.get("/readyz", **described("readyz", None, ReadyAnswer))
    async def readyz() -> Response:
        # Not in line with the requests: it must tell of a store that holds them up.
        answer = await asyncio.to_thread(desk.ready)
        return written(answer, 200 if answer.ready else 503)

    @app.get("/metrics", **described("metrics", None, None))
    async def metrics() -> Response:
        await asyncio.to_thread(desk.ready)
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(InputError)
    async def no_input(request: Request, error: InputError) -> Response:
        return refusal(error, request.scope.setdefault(TOLD, {}))

    @app.exception_handler(Exception)
    async def fault(request: Request, _: Exception) -> Response:
        # What it was is written by the front, which it reaches as well.
        request.scope[TOLD]["problem"] = "sidecar_fault"
        return refused(500, [Problem("sidecar_fault")])

    @app.exception_handler(HTTPException)
    async def no_such(request: Request, error: HTTPException) -> Response:
        code = "no_such_method" if error.status_code == 405 else "no_such_path"
        request.scope[TOLD]["problem"] = code
        return refused(error.status_code, [Problem(code)], error.headers)


def _told(event: Event) -> dict[str, Any]:
    """Return what the log says of a contact: enough to find it again."""
    return {
        "event_id": event.event_id,
        "case_id": event.case_id,
        "channel": event.channel,
        "recipient.number": event.recipient.number,
    }


def _kinds(findings: Iterable[Finding]) -> list[str]:
    return sorted({finding.rule or finding.kind for finding in findings})
