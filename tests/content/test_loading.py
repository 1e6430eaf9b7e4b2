"""A detector can be replaced by one that somebody installs."""

import json
import pickle
import re
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

import collection_guard as cg
from collection_guard.cli.main import app
from collection_guard.facts.content import loading
from collection_guard.facts.content.checked import checked
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.loading import load_detector
from collection_guard.facts.content.reading import (
    BatchDetector,
    ExplainingDetector,
    Explanation,
    Reading,
    Span,
    nothing_said,
    readings,
)
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


class Raising(Silent):
    """A detector that fails, and says of what text."""

    name = "raising"

    def read(self, text: str, kind: str | None = None) -> Reading:
        raise ValueError(text, kind)


class Answering(Silent):
    """A detector that answers what it was told to answer."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def read(self, text: str, kind: str | None = None) -> Any:
        del text, kind
        return self.answer

    def explain(self, text: str, kind: str | None = None) -> Any:
        del text, kind
        return self.answer


class Numbered(Silent):
    """A detector whose version is no text."""

    version: Any = 7


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a good and two bad detectors."""
    points = [
        EntryPoint("silent", f"{__name__}:Silent", loading.GROUP),
        EntryPoint("nothing", f"{__name__}:Nothing", loading.GROUP),
        EntryPoint("absent", "no_such_module:Detector", loading.GROUP),
        EntryPoint("raising", f"{__name__}:Raising", loading.GROUP),
        EntryPoint("numbered", f"{__name__}:Numbered", loading.GROUP),
    ]
    monkeypatch.setattr(loading, "entry_points", lambda group: points if group == loading.GROUP else [])
    loading._by_name.cache_clear()  # what an earlier test installed is gone


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
    [
        ("unknown", "detector_unknown"),
        ("nothing", "detector_broken"),
        ("absent", "detector_broken"),
        ("numbered", "detector_broken"),
    ],
)
def test_a_bad_detector_is_a_problem(name: str, code: str) -> None:
    """A name that nobody installed and a package that does not keep the protocol are told, not crashes."""
    with pytest.raises(ConfigurationError) as caught:
        load_detector(name)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert name in caught.value.problems[0].render("zh")


PRIVATE: Final = "秘密张三"
SIGNALS: Final = dict.fromkeys(("threat",), False)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("command", ["signals", "audit", "explain E-1", "rules diff core core"])
def test_a_failing_detector_is_named_and_shows_no_text(tmp_path: Path, command: str) -> None:
    """Whatever a detector raises is a wrong configuration that names it: no traceback, and nothing of a contact."""
    log = tmp_path / "log.jsonl"
    event = {"event_id": "E-1", "case_id": "C-1", "channel": "sms", "direction": "outbound", "content": PRIVATE}
    row = event | {"started_at": "2026-01-12T10:00:00+08:00", "text": PRIVATE}
    if command != "signals":
        del row["text"]
    else:
        row = {"id": "1", "text": PRIVATE}
    log.write_text(json.dumps(row), "utf-8")
    more = [] if command == "signals" else ["--engine", "reference"]
    arguments = [*command.split(), str(log), "--detector", "raising", "--lang", "en", *more]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert 'detector "raising" failed: ValueError at ' in result.stderr
    assert PRIVATE not in result.output


def test_a_problem_travels_between_processes_whole() -> None:
    """What a worker of a large audit meets is told by the process that began it."""
    error = ConfigurationError([cg.Problem("detector_failed", values={"name": "a", "cause": "b", "at": "c"})])
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(arrived), arrived.problems, str(arrived)) == (ConfigurationError, error.problems, str(error))


@pytest.mark.usefixtures("installed")
def test_reasons_are_only_asked_of_who_gives_them() -> None:
    """A detector that does not explain is refused with --explain, instead of answering something else."""
    result = CliRunner().invoke(app, ["signals", "-", "--explain", "--detector", "silent", "--lang", "en"], input="a")
    assert result.exit_code == 2
    assert 'detector "silent" does not say why' in result.stderr


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (None, "NoneType, no Reading"),
        ({"threat": True}, "dict, no Reading"),
        (Reading([], {}, "a", "1"), "signals is no mapping"),  # type: ignore[arg-type]  # what a stranger may answer
        (Reading({"treat": True}, {}, "a", "1"), "nearest: threat"),
        (Reading({"threat": 1}, {}, "a", "1"), "signals['threat'] is int"),  # type: ignore[dict-item]  # as above
        (Reading(SIGNALS, {"threat": ("a",)}, "a", "1"), "no tuple of Span"),  # type: ignore[dict-item]  # as above
        (Reading(SIGNALS, {"threat": (Span(0, 1, "b"),)}, "a", "1"), "does not stand at its place"),
        (Reading(SIGNALS, {}, "a", 1), "version is no str"),  # type: ignore[arg-type]  # as above
        (Reading(SIGNALS, {}, "a", "1", law_firms="b"), "law_firms is no tuple"),  # type: ignore[arg-type]  # as above
    ],
)
def test_an_answer_that_is_no_reading_is_told(answer: Any, cause: str) -> None:
    """What a detector answers is looked at before anything is judged by it."""
    detector: Any = checked("house", Answering(answer))
    for ask in (detector.read, detector.explain):
        with pytest.raises(ConfigurationError) as caught:
            ask("a", None)
        (problem,) = caught.value.problems
        assert problem.code == "detector_answer"
        assert '"house"' in problem.render("en")
        if ask == detector.read:
            assert cause in problem.render("en")


def test_a_good_answer_passes_unchanged() -> None:
    """A reading that keeps to its text comes through as it is, with its reasons."""
    said = Reading({"threat": True}, {"threat": (Span(1, 2, "b"),)}, "house", "1")
    explanation = Explanation(said)
    assert checked("house", Answering(said)).read("ab") is said
    detector: Any = checked("house", Answering(explanation))
    assert detector.explain("ab") is explanation


class Together(Answering):
    """A detector that reads many texts together, and answers what it is told to."""

    def read_many(self, texts: Sequence[tuple[str, str | None]]) -> Any:
        del texts
        return self.answer


class TogetherAlone:
    """The same of one that gives no reasons."""

    name, version = "house", "1"

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, text: str, kind: str | None = None) -> Any:
        del text, kind
        return self.answer

    def read_many(self, texts: Sequence[tuple[str, str | None]]) -> Any:
        del texts
        return self.answer


@pytest.mark.parametrize("kind", [Together, TogetherAlone])
def test_answers_of_many_texts_are_held_to_what_they_are(kind: Any) -> None:
    """A detector that reads many texts answers one reading for each, and each keeps to its text."""
    good = [Reading({"threat": True}, {"threat": (Span(0, 1, text),)}, "house", "1") for text in "ab"]
    detector: Any = checked("house", kind(good))
    assert isinstance(detector, BatchDetector)
    assert isinstance(detector, ExplainingDetector) is (kind is Together)
    texts = [("a", None), ("b", "sms")]
    assert list(readings(detector, texts)) == good
    for bad, cause in ((good[:1], "a Reading for each text"), (good[::-1], "its place in the text"), (None, "no list")):
        with pytest.raises(ConfigurationError) as caught:
            list(readings(checked("house", kind(bad)), texts))
        assert cause in caught.value.problems[0].render("en")


@pytest.mark.parametrize("page", ["docs/signals.md", "docs/zh/signals.md"])
def test_the_detector_in_the_documents_works(page: str) -> None:
    """The example of a detector of one's own hears what it says, by the public names alone."""
    source = (Path(__file__).parents[2] / page).read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", source, flags=re.DOTALL)
    assert "from collection_guard.facts" not in code
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  # the page is ours
    detector = names["HouseDetector"]()
    assert isinstance(detector, cg.Detector)
    reading = checked("house", detector).read("别装死，快还钱", "sms")
    assert [name for name, said in reading.signals.items() if said] == ["abuse"]
    assert reading.spans["abuse"] == (cg.Span(1, 3, "装死"),)
    assert not checked("house", detector).read("您好").signals["abuse"]
