"""A detector can be replaced by one that somebody installs."""

from importlib.metadata import EntryPoint

import pytest

from collection_guard.facts.content import loading
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.loading import load_detector
from collection_guard.facts.content.reading import Reading, nothing_said
from collection_guard.model.problems import ConfigurationError


class Silent:
    """A detector that never hears anything."""

    name = "silent"
    version = "7"

    def read(self, text: str, kind: str | None = None) -> Reading:
        del text, kind
        return nothing_said(self.name, self.version)


class Nothing:
    """No detector at all."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a good and two bad detectors."""
    points = [
        EntryPoint("silent", f"{__name__}:Silent", loading.GROUP),
        EntryPoint("nothing", f"{__name__}:Nothing", loading.GROUP),
        EntryPoint("absent", "no_such_module:Detector", loading.GROUP),
    ]
    monkeypatch.setattr(loading, "entry_points", lambda group: points if group == loading.GROUP else [])
    load_detector.cache_clear()


def test_ours_is_the_default() -> None:
    """Without a name, and by its own name, the lexicon's detector is loaded."""
    assert isinstance(load_detector(), LexiconDetector)
    assert isinstance(load_detector("lexicon"), LexiconDetector)


@pytest.mark.usefixtures("installed")
def test_another_speaks_for_itself() -> None:
    """A detector from an entry point reads, and its readings carry its name and version."""
    reading = load_detector("silent").read("您的贷款逾期")
    assert (reading.detector, reading.version) == ("silent", "7")
    assert not any(reading.signals.values())


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "code"),
    [("unknown", "detector_unknown"), ("nothing", "detector_broken"), ("absent", "detector_broken")],
)
def test_a_bad_detector_is_a_problem(name: str, code: str) -> None:
    """A name that nobody installed and a package that does not keep the protocol are told, not crashes."""
    with pytest.raises(ConfigurationError) as caught:
        load_detector(name)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert name in caught.value.problems[0].render("zh")
