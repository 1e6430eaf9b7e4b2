"""Settings: which source outranks which, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.cli.options import configuration
from collection_guard.configuration import FILE_NAME
from collection_guard.model.problems import ConfigurationError


def settings_of(folder: Path, file: str, **given: Any) -> Any:
    """Return how a log is read, by a configuration file and options."""
    (folder / FILE_NAME).write_text(file, "utf-8")
    return configuration(folder / FILE_NAME, **given).settings


def test_s05_the_option_for_the_history_outranks_a_date_of_the_file(tmp_path: Path) -> None:
    """`earliest` on the command line takes the place of a date in the file, and a date that of another."""
    file = "history_complete_from: 2025-11-10\n"
    assert settings_of(tmp_path, file).history_complete_from is not None
    asked = settings_of(tmp_path, file, history="earliest")
    assert (asked.history, asked.history_complete_from) == ("from-earliest", None)
    dated = settings_of(tmp_path, file, history="2025-11-01")
    assert str(dated.history_complete_from) == "2025-11-01"


@pytest.mark.parametrize("file", ["country: China\n", "country: cn\n", "country: ZZ\n", "max_rejected: -1\n"])
def test_a_setting_that_nothing_can_follow_from_is_refused(tmp_path: Path, file: str) -> None:
    """A country that is none would leave every number unknown, and a negative count is never reached."""
    with pytest.raises(ConfigurationError):
        settings_of(tmp_path, file)
    with pytest.raises(ConfigurationError):
        configuration(None, country="China")
