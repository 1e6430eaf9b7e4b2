"""The page: what its templates are filled with."""

import base64
import hashlib
import string
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import LANGS, catalogue
from collection_guard.model.whole_files import whole_file
from collection_guard.reports.calls import calls_by_agency
from collection_guard.reports.calls import of_all as all_calls
from collection_guard.reports.files import Told
from collection_guard.reports.ground import Ground
from collection_guard.reports.html.blocks import Block, Blocks
from collection_guard.reports.html.figures import hours, plot_funnel, trend
from collection_guard.reports.html.payload import Payload, agency_numbers
from collection_guard.reports.intervals import Share
from collection_guard.reports.quality import Quality
from collection_guard.reports.scorecard import agency_scores, rule_scores, scheme, worst_agencies
from collection_guard.reports.wording import Wording, number, per_thousand, percent
from collection_guard.version import __version__

WORST: Final = 3
_ASSETS: Final = "assets"


def render_html(told: Told) -> str:
    """Return the report as one HTML file."""
    return _Document(told).render()


def write_html(told: Told, path: Path) -> None:
    """Write the report as one HTML file; raises OSError."""
    with whole_file(path) as file:
        file.write(render_html(told))


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("collection_guard.reports.html", _ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(number=number, rate=_rate, interval=_interval, percent=percent)
    return found


def _asset(name: str) -> str:
    return (resources.files("collection_guard.reports.html") / _ASSETS / name).read_text("utf-8")


def _digest_of(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode("ascii")


class _Document:
    def __init__(self, told: Told) -> None:
        self._told, self._report = told, told.report
        self._says = {lang: Wording(told.report, lang, masked=told.masked) for lang in LANGS}

    def render(self) -> str:
        """Return the page."""
        style, script = _asset("report.css"), _asset("report.js")
        page = (
            _environment()
            .get_template("report.html.j2")
            .render(
                **self._content(),
                t=self._text,
                agency=self._agency,
                word=self._word,
                field=self._field,
                title=self._title,
                remedy=self._remedy,
                sources=self._sources,
                key=self._says["zh"].key,
                style=Markup(style),  # noqa: S704  # our own file
                script=Markup(script),  # noqa: S704  # as above
                style_digest=_digest_of(style),
                script_digest=_digest_of(script),
                payload=Payload(self._told, self._says).packed(),
            )
        )
        # Half a character pair, as a broken log may hold it, has no form in UTF-8.
        return page.encode("utf-8", "replace").decode("utf-8")

    # Words in both languages

    def _both(self, zh: str, en: str) -> Markup:
        """Return words of which the page shows one language."""
        if zh == en:
            return Markup.escape(zh)
        return Markup('<span class="zh" lang="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)

    def _say(self, words: Callable[[Wording], str]) -> Markup:
        return self._both(words(self._says["zh"]), words(self._says["en"]))

    def _text(self, code: str, /, **values: Any) -> Markup:
        """Return a text of the catalogue; what it is filled with may be words in both languages already."""
        words = catalogue()[code]
        zh, en = (Markup.escape(words[lang]).format(**values) for lang in LANGS)
        return self._both(zh, en)

    def _agency(self, name: str | None) -> Markup:
        return self._say(lambda say: say.agency(name))

    def _word(self, word: str) -> Markup:
        return self._say(lambda say: say.word(word))

    def _field(self, path: str) -> Markup:
        return self._say(lambda say: say.field(path))

    def _title(self, rule: str) -> Markup:
        return self._say(lambda say: say.of(self._report.rules[rule].rule.title))

    def _remedy(self, rule: str) -> Markup:
        remedy = self._report.rules[rule].rule.remedy
        return self._both(*(_without_facts(words) for words in (remedy.zh, remedy.en)))

    def _sources(self, rule: str) -> list[Markup]:
        zh, en = (self._says[lang].sources(rule) for lang in LANGS)
        return [self._both(*pair) for pair in zip(zh, en, strict=True)]

    # What the templates are filled with

    def _content(self) -> Mapping[str, Any]:
        report = self._report
        scores = agency_scores(report)
        rules = rule_scores(report)
        every, wrong = hours(report)
        calls = calls_by_agency(report)
        severities = Counter(report.rules[item.rule].rule.severity for item in report.violations)
        return {
            "lang": self._told.lang,
            "masked": self._told.masked,
            "report": report,
            "warnings": [
                self._both(*pair) for pair in zip(*(say.warnings() for say in self._says.values()), strict=True)
            ],
            "version": __version__,
            "comparison": self._told.comparison,
            "before": self._before(),
            "severities": [(name, severities[name]) for name in SEVERITIES],
            "period": self._period(),
            "of_all": Share(report.contacts_in_violation, report.contacts),
            "scores": scores,
            "numbers": agency_numbers(report),
            "calls": calls,
            "all_calls": None if calls is None else all_calls(calls.values()),
            "scheme": scheme(),
            "worst_agencies": worst_agencies(report, WORST),
            "worst_rules": [score for score in rules if score.tally.violation][:WORST],
            "rules": rules,
            "columns_of_rule": {rule: report.missing_columns(rule)[:2] for rule in report.missing},
            "missing_columns": report.missing_columns()[:WORST],
            "trend": trend(report),
            "every_hour": every,
            "wrong_hour": wrong,
            "zone": report.settings.timezone,
            "funnel": plot_funnel(report, scores),
            "unknown": self._blocks(lambda ground: ground.unknown()),
            "assumed": self._blocks(lambda ground: ground.assumed()),
            "rows": self._blocks(lambda ground: ground.rows()),
            "not_in_force": self._blocks(lambda ground: ground.not_in_force()),
            "quality": self._quality(),
        }

    def _warnings(self) -> list[Markup]:
        zh, en = (self._says[lang].warnings() for lang in LANGS)
        return [self._both(*pair) for pair in zip(zh, en, strict=True)]

    def _period(self) -> dict[str, str] | None:
        first, last = self._report.earliest, self._report.latest
        if first is None or last is None:
            return None
        return {lang: say.period(first, last) for lang, say in self._says.items()}

    def _before(self) -> dict[str, str] | None:
        """Return the period of the earlier report."""
        found = self._told.comparison
        if found is None or found.first is None or found.last is None:
            return None
        return {lang: say.period(found.first, found.last) for lang, say in self._says.items()}

    def _blocks(self, write: Callable[[Ground], None]) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for lang, say in self._says.items():
            blocks = Blocks()
            write(Ground(self._report, say, blocks))
            found[lang] = blocks.blocks
        return found

    def _quality(self) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for lang, say in self._says.items():
            blocks = Blocks()
            Quality(self._report, say, blocks).write()
            found[lang] = blocks.blocks
        return found


def _without_facts(words: str) -> str:
    """Return a text of a rule as it is of no contact: where a fact is filled in, an ellipsis stands."""
    return "".join(literal + ("" if name is None else "…") for literal, name, _, _ in string.Formatter().parse(words))


def _rate(share: Share) -> str:
    return per_thousand(share.hits, share.of)


def _interval(share: Share) -> str:
    return f"{1000 * share.low:,.1f}–{1000 * share.high:,.1f}" if share.of else "—"
