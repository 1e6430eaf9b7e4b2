"""What the language must be able to say is said without code, and holds on both sides of each bound."""

from collections import Counter
from pathlib import Path

import pytest

from collection_guard.checks.lint import lint
from collection_guard.engines.durable import is_available
from collection_guard.engines.examples import run_examples
from collection_guard.engines.judge import engine_maker
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs

PACK = Path(__file__).parent / "sayable"


@pytest.mark.parametrize("engine", ["reference", "durable"])
def test_each_history_has_the_verdict_that_is_written_beside_it(engine: str) -> None:
    """Every example of the pack comes out as written, with the missing facts it names, on both engines."""
    if engine == "durable" and not is_available():
        pytest.skip("durable-rules cannot be imported here")
    results, problems = run_examples(load_packs([PACK]), engine_maker(engine), engine)
    assert problems == []
    assert [result for result in results if not result.passed] == []
    assert len(results) > 100


def test_each_rule_is_shown_on_both_sides_of_its_bound() -> None:
    """Each rule of the pack has histories that violate it and histories that do not, and is free of faults."""
    (pack,) = load_packs([PACK])
    for rule, _, _ in pack.rules:
        kinds = Counter(example.verdict for example in rule.examples)
        assert kinds["violation"], rule.id
        assert kinds["clear"], rule.id
    assert [issue.problem.code for issue in lint(pack, compile_packs([pack])[0]) if issue.consequence == "error"] == []
