"""The documents name the commands and options that exist, and the page on audits names all of its own."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from collection_guard.audit.mapping import read_mapping
from collection_guard.cli.main import app
from collection_guard.configuration import ConfigurationFile
from collection_guard.language.packs import validated
from collection_guard.language.yaml_positions import parse_yaml
from collection_guard.model.profile import CaseProfile
from collection_guard.model.texts import Lang, text
from collection_guard.reconciliation.findings import kinds
from project.tree import READMES, ROOT, markdown

PAGES = (ROOT / "docs/audit.md", ROOT / "docs/zh/audit.md")
MENTION = re.compile(r"(?:^|[`/ ])collection-guard ([a-z][^`\n#|]*)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def command_at(words: list[str]) -> Any:
    """Return the command that words on a command line name; None if there is none."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return None
        command, words = command.commands[words[0]], words[1:]
    return command


def options_of(command: Any) -> set[str]:
    """Return the long options of a command."""
    return {name for option in command.params for name in option.opts if name.startswith("--")} | {"--help"}


def words_of(mention: str) -> list[str]:
    """Return the words of a command line in a document."""
    try:
        return shlex.split(mention)
    except ValueError:
        return mention.split()


@pytest.mark.parametrize("path", markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_commands_that_exist(path: Path) -> None:
    """Each command line in a document calls a command that exists, with options that it has."""
    wrong = []
    for match in MENTION.finditer(path.read_text("utf-8")):
        words = words_of(match[1].strip())
        command = command_at(words)
        if command is None:
            # A group may be named by itself in a sentence, such as `collection-guard rules`.
            wrong += [] if len(words) == 1 and words[0] in {"rules", "registry"} else [match[0].strip()]
        else:
            wrong += [match[0].strip() for option in OPTION.findall(match[1]) if option not in options_of(command)]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_on_audits_names_every_option(page: Path) -> None:
    """The table of options has a row for each option of `audit`, and none for one that is not there."""
    command = command_at(["audit"])
    assert command is not None
    rows = re.findall(r"^\| `(--[a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(options_of(command) - {"--help"})


@pytest.mark.parametrize("name", ["docs/reconcile.md", "docs/zh/reconcile.md"])
def test_the_page_on_reconciliation_names_every_option_and_finding(name: str) -> None:
    """Its tables have a row for each option of `reconcile` and for each kind of finding, with its severity."""
    page = (ROOT / name).read_text("utf-8")
    command = command_at(["reconcile"])
    assert command is not None
    assert sorted(re.findall(r"^\| `(--[a-z-]+)", page, re.MULTILINE)) == sorted(options_of(command) - {"--help"})
    lang: Lang = "zh" if "/zh/" in name else "en"
    told = re.findall(r"^\| `([a-z][a-z-]+)` \| (\S+) \|", page, re.MULTILINE)
    assert told == [(kind, text(f"word.{severity}", lang)) for kind, severity in kinds().items()]


@pytest.mark.parametrize("folder", ["docs", "docs/zh"])
@pytest.mark.parametrize("name", ["sample", "timeline"])
def test_pages_of_commands_name_every_option(folder: str, name: str) -> None:
    """A page that leaves the options on reading to the page on audits names them all the same, and no others."""
    command = command_at([name])
    assert command is not None
    found = re.findall(r"`(--[a-z-]+)", (ROOT / folder / f"{name}.md").read_text("utf-8"))
    assert set(found) == options_of(command) - {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_on_audits_names_every_key_of_the_configuration(page: Path) -> None:
    """The example of a configuration holds each key once, and can be read."""
    text = page.read_text("utf-8")
    block = next(body for body in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if body.startswith("rules:"))
    document = parse_yaml(block, "example")
    problems = list(document.problems)
    assert validated(ConfigurationFile, document, problems) is not None
    assert problems == []
    assert sorted(document.data) == sorted(ConfigurationFile.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_mapping_file_of_the_page_can_be_read(page: Path, tmp_path: Path) -> None:
    """The example of a mapping file is a valid one."""
    text = page.read_text("utf-8")
    block = next(body for body in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if body.startswith("columns:"))
    file = tmp_path / "mapping.yaml"
    file.write_text(block, "utf-8")
    mapping = read_mapping(file)
    assert mapping.header_row == 3
    assert mapping.path_of("通话起始") == "started_at"
    assert mapping.meaning("outcome", "X1")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_case_profile_of_the_page_can_be_read(page: Path) -> None:
    """The example of a case profile is a valid one that uses every field."""
    (block,) = re.findall(r"```json\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    profile = CaseProfile.model_validate_json(block)
    assert profile.model_fields_set == set(CaseProfile.model_fields)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_names_scripts_that_exist(readme: Path) -> None:
    """Each script that a README tells one to run is there."""
    named = set(re.findall(r"(?:\./)?(scripts/[a-z]+)", readme.read_text("utf-8")))
    assert {"scripts/demo", "scripts/test", "scripts/wheelhouse"} <= named
    assert [name for name in named if not (ROOT / name).is_file()] == []
