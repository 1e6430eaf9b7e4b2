"""On which date something happened."""

from datetime import date, datetime

import pytz


def local_date(instant: datetime, timezone: str | None) -> date:
    """Return the date of an instant in a zone, else with the offset that it was recorded with."""
    try:
        return (instant if timezone is None else instant.astimezone(pytz.timezone(timezone))).date()
    except OverflowError:  # the edge of the calendar has no form in another zone
        return instant.date()
