"""Builds the documentation site: both languages, strictly, with every link and anchor checked."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import links
from staging import HERE, LANGUAGES, ROOT, Stage

FRONT_DOOR: Final = HERE / "choose-language.html"


def build(site: Path, work: Path, root: Path = ROOT) -> list[str]:
    """Build the site of a project in a folder and return what is wrong with it."""
    stage = Stage(root)
    for language in LANGUAGES:
        stage.write(language, work / language)
    if stage.problems:
        return stage.problems
    shutil.copytree(HERE / "locale", work / "locale")
    problems = []
    for run in [_sphinx(language, work, site) for language in LANGUAGES]:
        said = run.communicate()[0].replace(f"{work}/", "").splitlines()
        problems += said if run.returncode else []
    shutil.copy(FRONT_DOOR, site / "index.html")
    return [*problems, *links.broken(site)]


def _sphinx(language: str, work: Path, site: Path) -> subprocess.Popen[str]:
    """Begin to build one language; every warning is an error."""
    settings = ["-t", language, "-D", f"locale_dirs={work / 'locale'}"]
    folders = ["-c", HERE, "-d", work / f"doctrees-{language}", work / language, site / language]
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html", *settings, *folders]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main() -> int:
    """Build the site in the folder that the command line names."""
    if len(sys.argv) != 2:
        print("usage: make_site.py FOLDER", file=sys.stderr)
        return 2
    site = Path(sys.argv[1]).resolve()
    if site.exists() and any(site.iterdir()) and not (site / "zh/search.html").is_file():
        print(f"{site} holds something else than a site; name a new folder", file=sys.stderr)
        return 2
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        problems = build(site, Path(work))
    for problem in problems:
        print(problem, file=sys.stderr)
    pages = sum(1 for _ in site.rglob("*.html"))
    print(f"{site}: {pages} pages, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
