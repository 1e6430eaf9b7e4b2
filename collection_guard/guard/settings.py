"""How a guard acts: its mode, its store, how long it keeps a place, and what it answers when it cannot know."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Refusal = Literal["deny", "review"]
Mode = Literal["enforce", "shadow"]
IN_MEMORY: Final = "memory"
"""The name of the store that forgets everything when the process ends."""


class OnFailure(BaseModel):
    """What is answered where nothing can be decided: ``deny`` or ``review``.

    ``unknown_facts`` softens rules that deny for want of a fact; left out, each rule says itself what it does.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    store: Refusal = "deny"
    clock: Refusal = "deny"
    unknown_facts: Refusal = "deny"


class GuardOptions(BaseModel):
    """The options of a guard that are not those of every run.

    ``next_permitted`` is how many intervals a denial names; with 0 none is looked for. ``durability`` is what a
    recorded contact survives in an SQLite file: a loss of ``power``, or the ``kill`` of any process. ``keep_days``:
    older contacts are deleted once no window of the rules reaches them; left out, all are kept. ``decision_log`` is the
    folder of the decision log, ``log_key`` the file of the key of its pseudonyms.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    reservation_seconds: Annotated[int, Field(ge=1, le=86_400)] = 120
    next_permitted: Annotated[int, Field(ge=0, le=10)] = 3
    keep_days: Annotated[int, Field(ge=1)] | None = None
    durability: Literal["power", "kill"] = "power"
    on_failure: OnFailure = OnFailure()
    decision_log: str | None = None
    log_key: str | None = None
    clock_tolerance_seconds: Annotated[int, Field(ge=0)] = 5
