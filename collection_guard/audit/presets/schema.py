"""What a preset may say of a log format, and what a code table may say of codes."""

import re
from typing import Annotated, Any, Literal, Self

import pytz
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from collection_guard.audit.vocabulary.headers import is_column_path
from collection_guard.model.event import Record, as_tuple
from collection_guard.model.words import (
    AnsweredBy,
    Channel,
    Direction,
    Disposition,
    Network,
    Party,
    StateChange,
)

SetAsideReason = Literal["administrative_note", "internal", "internal_call", "legal", "parcel", "not_dialled"]
CodePath = Literal["outcome", "hangup", "direction", "outcome.answered_by", "recipient.relationship"]


def _texts(value: Any) -> Any:
    """Take one text for a list of one, and numbers for the text they are."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return (str(value),) if isinstance(value, str | int) else value


def _pattern(value: Any) -> Any:
    try:
        return re.compile(value) if isinstance(value, str) else value
    except re.error as error:
        raise PydanticCustomError("pattern", "no regular expression: {cause}", {"cause": str(error)}) from None


def _path(value: str) -> str:
    if not is_column_path(value):
        raise PydanticCustomError("path", "no path of an event: {path}", {"path": value})
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]
Path = Annotated[str, BeforeValidator(_path)]


class Words(Record):
    """A text in both languages."""

    zh: str
    en: str


class Column(Record):
    """One column of a format."""

    name: str
    path: Path | None = None
    """The field of an event; none: kept in ``extra``."""
    fills: Path | None = None
    """The field that it fills where the column of that field is empty."""
    also: Texts = ()
    """Other headers of the same column."""
    key: Texts = ()
    """Where it stands in a JSON object, such as ``variables.uuid``; the first that is there counts."""
    shape: str | None = None
    """The shape of its values, by which a table without a header is recognised."""
    blank: Texts = ()
    """Values that say nothing."""


class RowForm(Record):
    """A table without a header: its columns in order, and those that may follow."""

    columns: Texts
    tails: Annotated[tuple[Texts, ...], BeforeValidator(as_tuple)] = ((),)


class HeaderForm(Record):
    """A table with a header: the columns that tell it from others."""

    required: Texts


class ObjectForm(Record):
    """JSON objects: the keys that tell them from others, and the list that holds them, where there is one."""

    required: Texts
    within: str | None = None


class Split(Record):
    """A cell that holds several things: the groups of a pattern, by path."""

    column: str
    pattern: Pattern
    into: dict[str, Path]
    where_no_digits: str | None = None
    """Only where this column holds none."""


class Context(Record):
    """A column whose words tell the direction."""

    column: str
    outbound: Pattern
    inbound: Pattern


class Sides(Record):
    """How the numbers of a telephone system read, and which of them are its own."""

    inside: Pattern
    """What is an extension or an address of one's own, and no subscriber."""
    strip: Annotated[tuple[Pattern, ...], BeforeValidator(as_tuple)] = ()
    """What is cut out of a dial string before it is a number."""
    prefixes: Texts = ()
    """Digits dialled before a number, cut off where the rest is a number and the whole is none."""
    country_code: str | None = None
    """The column with the country code of the number called."""


class Calls(Record):
    """What tells that two rows are of one call."""

    ids: Texts = ()
    """Columns that hold identifiers of calls: rows that share one are of one call."""
    of_rows: bool = False
    """The id of an event names one row, and not all rows of a call."""
    seconds: float | None = None
    """Rows without any identifier: same number, direction and case, started within so many seconds."""


class Preset(Record):
    """One log format."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    note: Words
    """What a reader of the report has to know of it."""
    clock: Literal["local", "epoch", "utc"]
    """How its times are written: by a local clock, as time since 1970, or in GMT."""
    zone: str | None = None
    """The zone of its times; none with a local clock: that of a server, which has to be given."""
    channel: Channel | None = None
    direction: Direction | None = None
    columns: Annotated[tuple[Column, ...], BeforeValidator(as_tuple)] = ()
    reader: Literal["decision-log"] | None = None
    """What reads it, where its objects are no rows of columns."""
    rows: Annotated[tuple[RowForm, ...], BeforeValidator(as_tuple)] = ()
    header: HeaderForm | None = None
    objects: ObjectForm | None = None
    shapes: Annotated[dict[str, Pattern], Field(default_factory=dict)]
    codes: Annotated[dict[CodePath, Texts], Field(default_factory=dict)]
    flags: Texts = ()
    """Columns of yes and no that say what a code of one's own means, where no table knows it."""
    billed: bool = False
    """The seconds of talk count from the answer: where there are any, the call was connected however it ended."""
    answered: str | None = None
    """The column with the time of the answer: where it is empty, nobody answered."""
    talk: Texts = ()
    """The columns between which somebody talked, where no column counts the seconds: answer and end."""
    splits: Annotated[tuple[Split, ...], BeforeValidator(as_tuple)] = ()
    context: Context | None = None
    sides: Sides | None = None
    calls: Calls = Calls()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Refuse names of columns, shapes and zones that are none."""
        names = [column.name for column in self.columns]
        named: list[str | None] = [*self.flags, *self.calls.ids, *self.talk, self.answered]
        for form in self.rows:
            named += [*form.columns, *(name for tail in form.tails for name in tail)]
        named += self.header.required if self.header else ()
        for split in self.splits:
            named += [split.column, split.where_no_digits]
        named += [self.context.column if self.context else None, self.sides.country_code if self.sides else None]
        unknown = sorted({name for name in named if name is not None and name not in names})
        shapes = sorted({c.shape for c in self.columns if c.shape is not None and c.shape not in self.shapes})
        twice = sorted({name for name in names if names.count(name) > 1})
        for wrong, what in ((unknown, "columns"), (shapes, "shapes"), (twice, "columns named twice")):
            if wrong:
                raise PydanticCustomError("names", "{what}: {names}", {"what": what, "names": ", ".join(wrong)})
        if self.zone is not None and self.zone not in pytz.all_timezones_set:
            raise PydanticCustomError("zone", "no zone: {zone}", {"zone": self.zone})
        return self

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)


class Facts(Record):
    """What a code says of the outcome of a contact, or that there was none."""

    network: Network | None = None
    answered_by: AnsweredBy | None = None
    party: Party | None = None
    disposition: Disposition | None = None
    state_change: StateChange | None = None
    message_left: bool | None = None
    needs_talk: bool | None = None
    """It says so only where somebody talked."""
    set_aside: SetAsideReason | None = None


class Code(Facts):
    """Some codes with one meaning. A code of which nothing is said is known, and says nothing of one contact."""

    code: Texts
    title: str
    """What the maker calls it."""
    flags: Texts = ()
    """What the maker's own flags say of it."""
    word: str | None = None
    """The word of the vocabulary that it stands for, in tables of channels, directions and relationships."""


class CodeTable(Record):
    """The codes of one maker."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    path: CodePath
    flags: Annotated[dict[str, Facts], Field(default_factory=dict)]
    """What each flag says; what a code says itself comes before it."""
    codes: Annotated[tuple[Code, ...], BeforeValidator(as_tuple)]
