"""What the sidecar answers, beside a decision: findings, problems, readiness, and lists of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from collection_guard.guard.decision import Decision, Finding, Words
from collection_guard.guard.settings import Mode
from collection_guard.model.problems import InputError, Problem, StoreError


class Answer(BaseModel):
    """The base of these answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckBatchAnswer(Answer):
    """The decisions, in the order of the attempts."""

    decisions: tuple[Decision, ...]


class RecordAnswer(Answer):
    """What the rules say of a contact that is recorded now; personal data in it is masked."""

    findings: tuple[Finding, ...]


class RecordBatchAnswer(Answer):
    """What the rules say of each contact, in the order of the records."""

    records: tuple[RecordAnswer, ...]


class CancelAnswer(Answer):
    """Whether a place was given back; false: no such token is held (any more)."""

    cancelled: bool


class CancelBatchAnswer(Answer):
    """Whether a place was given back for each token, in their order."""

    cancelled: tuple[bool, ...]


class HealthAnswer(Answer):
    """The process answers."""

    alive: bool


class ReadyAnswer(Answer):
    """Whether decisions can be made, and by what. What is wrong with files that were not taken is in the log."""

    ready: bool
    mode: Mode
    store_reachable: bool
    rules_digest: str
    registry_digest: str | None
    last_reload_taken: bool


class ProblemAnswer(Answer):
    """One thing that is wrong with a request: where, what, and what to do about it."""

    code: str
    at: str | None = None
    message: Words
    help: Words | None = None


class ProblemsAnswer(Answer):
    """Why a request was not carried out. Nothing of it was: no contact may be made on this answer."""

    problems: tuple[ProblemAnswer, ...]


def refused(status: int, problems: Iterable[Problem], headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a request that is not carried out."""
    return written(ProblemsAnswer(problems=tuple(map(_answer, problems))), status, headers)


def refusal(error: InputError, told: dict[str, Any]) -> Response:
    """Return the answer to a request that was not what it must be, or whose contact the store could not keep."""
    told["problem"] = error.problems[0].code
    return refused(503 if isinstance(error, StoreError) else 422, error.problems)


def _answer(problem: Problem) -> ProblemAnswer:
    zh, en = problem.help("zh"), problem.help("en")
    return ProblemAnswer(
        code=problem.code,
        at=problem.file,
        message=Words(zh=problem.cause("zh"), en=problem.cause("en")),
        help=Words(zh=zh, en=en) if zh and en else None,
    )


def written(answer: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer as JSON."""
    return Response(answer.model_dump_json().encode(), status, dict(headers or {}), "application/json")
