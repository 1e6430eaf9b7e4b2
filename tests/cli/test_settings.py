"""Settings: which source outranks which, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.cli.options import configuration
from collection_guard.configuration import FILE_NAME, configure
from collection_guard.guard.sidecar.access import VARIABLE as TOKENS
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


def test_a_variable_that_names_no_setting_is_refused_with_the_nearest() -> None:
    """A misspelt variable would otherwise be in force in the mind of the one who set it alone."""
    names = {
        "COLLECTION_GUARD_TIMEZOME": "Asia/Shanghai",
        "COLLECTION_GUARD_PARAMETERS": "a=1",
        "OTHER": "x",
        TOKENS: "t",
        "COLLECTION_GUARD_TOKEN": "t",
    }
    with pytest.raises(ConfigurationError) as caught:
        configure({}, environment=names)
    assert [(one.code, one.values["name"], one.values["nearest"]) for one in caught.value.problems] == [
        ("environment_unknown", "COLLECTION_GUARD_TIMEZOME", "COLLECTION_GUARD_TIMEZONE"),
        ("environment_unknown", "COLLECTION_GUARD_PARAMETERS", None),
    ]


def test_the_command_line_takes_back_what_a_file_says(tmp_path: Path) -> None:
    """False on the command line outranks true in the file; what is not given leaves the file in force."""
    (tmp_path / FILE_NAME).write_text("strict: true\nunmasked: true\n", "utf-8")
    settings = configuration(tmp_path / FILE_NAME, strict=False, unmasked=None)
    assert (settings["strict"], settings["unmasked"]) == (False, True)


def test_a_duplicate_key_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    """All problems of a file come in one run."""
    with pytest.raises(ConfigurationError) as caught:
        settings_of(tmp_path, "timezone: Asia/Shanghai\ntimezone: Europe/Paris\nlang: fr\nstrikt: true\n")
    assert [one.code for one in caught.value.problems] == ["yaml_duplicate_key", "wrong_word", "unknown_key"]
