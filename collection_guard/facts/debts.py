"""Which debts a contact counts for: each that it is about, or any one of them where the collector may choose."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from collection_guard.language.compiled import CompiledMeasure

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSheet

_KINDS: Final = ("debt", "called_debt", "discussed_debt", "account")
_PERSONS: Final = frozenset({"borrower", "authorised_party", "third_party", "wrong_party"})


class About(NamedTuple):
    """The debts that a contact counts for: each of them, or any one."""

    debts: tuple[str, ...]
    each: bool


def is_by_debts(measure: CompiledMeasure) -> bool:
    """Say whether a measure collects by debts."""
    return any(key in _KINDS for key in measure.keys)


def about(sheet: "FactSheet", measure: CompiledMeasure) -> About:
    """Return the debts that a contact counts for, as a measure collects them."""
    kind = next(key for key in measure.keys if key in _KINDS)
    debts, each = debts_of(sheet, kind)
    return About(_as_keys(sheet, debts, whole_accounts=kind == "account"), each)


def debts_of(sheet: "FactSheet", kind: str) -> tuple[Iterable[str], bool]:
    """Return the debts that a contact counts for, as written, and whether it counts for each of them.

    A call counts for the debts that the collector brought up, or that were discussed unless the borrower brought them
    up; a conversation counts for all that were discussed. What was about none in particular, or reached nobody, counts
    for any one of the debts that it was meant for: the one to which the collector assigned it, if any.
    """
    meant = _field(sheet, "debts") or frozenset({f"case:{sheet.event.case_id}"})
    if kind in {"debt", "account"}:
        return meant, True
    assigned: str | None = (
        sheet.value("field.allocated_to") if "allocated_to" in sheet.rule_set.extensions.fields else None
    )
    if assigned is not None:
        return (assigned,), True
    discussed = _field(sheet, "discussed")
    by_collector = _field(sheet, "opened_by_collector") or frozenset()
    by_borrower = _field(sheet, "opened_by_borrower") or frozenset()
    spoken = (discussed or frozenset()) | by_collector | by_borrower
    if kind == "called_debt" and spoken:
        return by_collector or (spoken - by_borrower) or meant, True
    if spoken:
        return spoken, True
    conversation = sheet.value("contact.party") in _PERSONS
    return meant, conversation and discussed is None


def _field(sheet: "FactSheet", name: str) -> frozenset[str] | None:
    if name not in sheet.rule_set.extensions.fields:
        return None
    found: frozenset[str] | None = sheet.value(f"field.{name}")
    return found


def _as_keys(sheet: "FactSheet", debts: Iterable[str], *, whole_accounts: bool) -> tuple[str, ...]:
    """Return debts as keys: those of one account as one, where the pack takes them for one debt."""
    groups = (sheet.profile.debt_groups if sheet.profile else None) or ()
    merged = {
        debt: f"account:{group.account}"
        for group in groups
        if whole_accounts or group.kind in sheet.rule_set.extensions.one_debt
        for debt in group.debts
    }
    return tuple(sorted({merged.get(debt, debt) for debt in debts}))
