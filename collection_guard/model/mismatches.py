"""Why a value cannot stand in a field, in both languages: pydantic says it in English alone."""

from pydantic_core import ErrorDetails

from collection_guard.model.texts import LANGS, Spoken, has_text, text


def mismatch(details: ErrorDetails) -> Spoken:
    """Return the reason of a mismatch, to be filled into a message; in pydantic's words where there are no others."""
    code = f"mismatch.{details['type']}"
    if not has_text(code):
        return Spoken(dict.fromkeys(LANGS, details["msg"]))
    given = details.get("ctx", {})
    values = {name: f"{value:g}" if isinstance(value, float) else value for name, value in given.items()}
    if "expected" in values:
        values["expected"] = str(values["expected"]).replace("'", "").replace(" or ", ", ")
    return Spoken({lang: text(code, lang, **values) for lang in LANGS})
