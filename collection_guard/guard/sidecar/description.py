"""How the interface is described: OpenAPI, with an example for each request."""

from functools import cache
from importlib import resources
from typing import Any, Final

import pytz
import yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from collection_guard.guard.sidecar.answers import ProblemsAnswer, ReadyAnswer
from collection_guard.guard.sidecar.front import OPEN
from collection_guard.model.texts import text
from collection_guard.model.words import UNKNOWN
from collection_guard.version import __version__

_REFUSALS: Final = {
    401: "the token is missing or wrong",
    408: "the body was sent too slowly",
    413: "the body is too large",
    415: "the body is not announced as application/json",
    422: "the body is not what is asked for",
    500: "a fault of the sidecar",
    503: "the store cannot be used",
}
"""With which status a request is refused, and why."""
_REF: Final = "#/components/schemas/{model}"


@cache
def examples() -> dict[str, Any]:
    """Return an example of each request, by the name of its call."""
    file = resources.files("collection_guard.guard.sidecar") / "examples.yaml"
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


def described(name: str, body: type[BaseModel] | None, answer: type[BaseModel] | None) -> dict[str, Any]:
    """Return how one call is described."""
    said: dict[str, Any] = {"operation_id": name, "summary": text(f"serve.call.{name}", "en")}
    extra: dict[str, Any] = {}
    if body is not None:
        content = {"schema": {"$ref": _REF.format(model=body.__name__)}, "example": examples()[name]}
        extra["requestBody"] = {"required": True, "content": {"application/json": content}}
    refusals = _REFUSALS if body is not None else {status: _REFUSALS[status] for status in (401, 500)}
    said["responses"] = {status: {"model": ProblemsAnswer, "description": why} for status, why in refusals.items()}
    if answer is not None:
        said["responses"][200] = {"model": answer, "description": (answer.__doc__ or "").split("\n")[0]}
    else:
        plain = {"text/plain": {"schema": {"type": "string"}}}
        said["responses"][200] = {"description": "the text format of Prometheus", "content": plain}
        extra["responses"] = {"200": {"content": plain}}
    if answer is ReadyAnswer:
        said["responses"][503] = {"model": ReadyAnswer, "description": "no decision can be made on the store"}
    return said | {"openapi_extra": extra, "response_model": None}


def describe(app: FastAPI, bodies: tuple[type[BaseModel], ...]) -> None:
    """Let an application describe itself, with the bodies that it reads by itself and the token it asks for."""

    @cache
    def openapi() -> dict[str, Any]:
        said = get_openapi(
            title="collection-guard", version=__version__, description=text("serve.api", "en"), routes=app.routes
        )
        _, read = models_json_schema([(body, "validation") for body in bodies], ref_template=_REF)
        parts = said["components"]
        parts["schemas"] |= read["$defs"]
        parts["schemas"]["Recipient"]["properties"]["timezone"] |= {"enum": [None, UNKNOWN, *pytz.all_timezones]}
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, calls in said["paths"].items():
            for call in calls.values():
                call["security"] = [] if path in OPEN else [{"token": []}]
        return said

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI names for this
