"""The log formats that are known, as a list on a terminal and as the table of the documents."""

from collection_guard.audit.presets import Preset, presets
from collection_guard.model.texts import Lang, text
from collection_guard.reports.page import Page


def preset_list(lang: Lang, *, width: int = 80) -> str:
    """Return every preset: its name, what it is, how it is told, and what it says of its times."""
    page = Page(width, color=False)
    page.title(text("presets.title", lang))
    for preset in presets().values():
        page.blank()
        page.line(f"{preset.name}: {_of(preset.title.model_dump(), lang)}", indent=0, hang=2)
        page.pairs(
            [
                (text("presets.told_by", lang), _told_by(preset, lang)),
                (text("presets.times", lang), _times(preset, lang)),
                (text("presets.codes", lang), _codes(preset)),
                (text("presets.note", lang), _of(preset.note.model_dump(), lang)),
            ]
        )
    page.blank()
    page.line(text("presets.use", lang), indent=0)
    return page.text()


def preset_table(lang: Lang) -> list[str]:
    """Return the lines of a Markdown table of all presets."""
    header = [text(f"presets.{name}", lang) for name in ("preset", "what", "told_by", "times")]
    rows = [
        [f"`{preset.name}`", _of(preset.title.model_dump(), lang), _told_by(preset, lang), _times(preset, lang)]
        for preset in presets().values()
    ]
    return [_line(header), _line(["---"] * len(header)), *map(_line, rows)]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _of(words: dict[str, str], lang: Lang) -> str:
    return words[lang]


def _told_by(preset: Preset, lang: Lang) -> str:
    said = []
    if preset.rows:
        widths = sorted({len((*form.columns, *tail)) for form in preset.rows for tail in form.tails})
        said.append(text("presets.columns", lang, widths=", ".join(map(str, widths))))
    if preset.header is not None:
        said.append(text("presets.headers", lang, names=", ".join(preset.header.required)))
    if preset.objects is not None:
        said.append(text("presets.keys", lang, names=", ".join(preset.objects.required)))
    return text("presets.or", lang).join(said)


def _times(preset: Preset, lang: Lang) -> str:
    if preset.clock == "local" and preset.zone is None:
        return text("presets.clock.server", lang)
    return text(f"presets.clock.{preset.clock}", lang, zone=preset.zone)


def _codes(preset: Preset) -> str:
    return ", ".join(dict.fromkeys(name for names in preset.codes.values() for name in names))
