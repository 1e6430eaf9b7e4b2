"""What a pack declares beyond the common vocabulary, compiled for a span of dates."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from collection_guard.language.compiled import CompiledConsent, CompiledLimit, CompiledMeasure, Extensions
from collection_guard.language.declarations import compiled_calendar
from collection_guard.language.fields import FieldOf, declared_fields
from collection_guard.language.ir import Node
from collection_guard.language.schema import ConsentFact, Limit
from collection_guard.language.yaml_positions import KeyPath
from collection_guard.model.texts import nearest

if TYPE_CHECKING:
    from collection_guard.language.compiling import Compilation

_BY_DEBTS = frozenset({"debt", "called_debt", "discussed_debt"})


def extensions_of(compilation: "Compilation", measures: Mapping[str, CompiledMeasure]) -> Extensions:
    """Return the declarations of a pack, compiled; what is wrong is left with the compilation."""
    pack = compilation.pack
    header = pack.header
    fields = {
        name: FieldOf(name, field.type, frozenset(field.words), field.of == "profile", field.instructs)
        for name, field in declared_fields(header).items()
    }
    return Extensions(
        fields,
        {name: channel.kind for name, channel in header.channels.items()},
        {name: compiled_calendar(pack, name, calendar, []) for name, calendar in header.calendars.items()},
        {name: _consent(compilation, name, consent) for name, consent in header.consents.items()},
        {name: tuple(instruction.kinds) for name, instruction in header.instructions.items()},
        {
            name: tuple(
                limit
                for index, written in enumerate(found.limits)
                if (limit := _limit(compilation, measures, written, ("open_debts", name, "limits", index)))
            )
            for name, found in header.open_debts.items()
        },
        frozenset(header.one_debt),
        {
            name: (_set_named(compilation, kept.after, ("retentions", name, "after")), kept.years, kept.each)
            for name, kept in header.retentions.items()
        },
    )


def _set_named(compilation: "Compilation", name: str, path: KeyPath) -> Node:
    return compilation.events(name, path)[0]


def _consent(compilation: "Compilation", name: str, consent: ConsentFact) -> CompiledConsent:
    path: KeyPath = ("consents", name)
    pack = compilation.pack
    ended = None if consent.ended_by is None else _set_named(compilation, consent.ended_by, (*path, "ended_by"))
    valid = None
    if consent.valid_if is not None:
        valid, _ = compilation.condition(consent.valid_if, pack.document, (*path, "valid_if"), pack.facts)
    return CompiledConsent(consent.scope, consent.lasts, ended, consent.direct_only, valid)


def _limit(
    compilation: "Compilation", measures: Mapping[str, CompiledMeasure], limit: Limit, path: KeyPath
) -> CompiledLimit | None:
    document = compilation.pack.document
    measure = measures.get(limit.measure)
    if measure is None:
        near = nearest(limit.measure, measures)
        compilation.problems.append(
            document.problem("unknown_measure", (*path, "measure"), name=limit.measure, nearest=near)
        )
        return None
    below = _number(compilation, limit.below)
    wrong = below is None or not _keyed_by_debt(measure.keys) or (not limit.shared and below != 1)
    if below is None or wrong:
        compilation.problems.append(document.problem("bad_limit", path, name=limit.measure))
        return None
    return CompiledLimit(measure, below, limit.shared)


def _keyed_by_debt(keys: Collection[str]) -> bool:
    return bool(_BY_DEBTS.intersection(keys))


def _number(compilation: "Compilation", written: int | str) -> int | None:
    """Return a number as written, or that of an ``int`` parameter; None if it is none above zero."""
    value: object = written
    if isinstance(written, str):
        parameter = compilation.values.get(written.removeprefix("$"))
        value = parameter.value if parameter is not None and parameter.type == "int" else None
    return value if isinstance(value, int) and value > 0 else None
