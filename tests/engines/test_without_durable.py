"""Where durable-rules cannot be imported, the reference engine serves, and asking for durable is refused."""

from pathlib import Path

import pytest
from language.small import a_pack, a_rule, compiled

from collection_guard.engines import durable
from collection_guard.engines.durable import DurableEngine, UnavailableError, is_available, load_module
from collection_guard.engines.judge import ENGINES, Judge, engine_maker
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.facts.world import World
from collection_guard.model.problems import ConfigurationError


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the import of durable-rules fail as it does on Python 3.13."""

    def missing(name: str) -> None:
        raise ImportError(f"{name}: undefined symbol: PyEval_CallObject")

    monkeypatch.setattr(durable, "import_module", missing)


@pytest.mark.usefixtures("without")
def test_auto_takes_the_reference_engine(tmp_path: Path) -> None:
    """An audit runs all the same, and its record says by which engine."""
    assert not is_available()
    assert engine_maker("auto") is ReferenceEngine
    assert Judge([compiled(tmp_path, a_pack(a_rule()))], World()).engine_name == "reference"
    with pytest.raises(UnavailableError, match="undefined symbol"):
        load_module()


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            "durable-rules cannot be imported here; use --engine auto or --engine reference; the verdicts are the same",
        ),
        ("zh", "此环境无法导入 durable-rules; 用 --engine auto 或 --engine reference；判定完全相同"),
    ],
)
def test_durable_is_refused(lang: str, expected: str) -> None:
    """Who asks for durable by name is told, and not given another engine in silence."""
    with pytest.raises(ConfigurationError) as caught:
        engine_maker("durable")
    assert [problem.render(lang) for problem in caught.value.problems] == [expected]  # type: ignore[arg-type]  # both are languages


@pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
def test_with_durable_rules_auto_takes_it(tmp_path: Path) -> None:
    """Each name makes its engine, and the engine knows its name."""
    assert [engine_maker(name) for name in ENGINES] == [DurableEngine, ReferenceEngine, DurableEngine]
    pack = compiled(tmp_path, a_pack(a_rule()))
    assert [engine_maker(name)(pack.rule_sets[0]).name for name in ENGINES] == ["durable", "reference", "durable"]
    assert Judge([pack], World()).engine_name == "durable"
