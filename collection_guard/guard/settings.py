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
    """The options of a guard that are not those of every run."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    reservation_seconds: Annotated[int, Field(ge=1, le=86_400)] = 120
    durability: Literal["power", "kill"] = "power"
    on_failure: OnFailure = OnFailure()
    clock_tolerance_seconds: Annotated[int, Field(ge=0)] = 5
