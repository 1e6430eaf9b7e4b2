"""The configuration of Sphinx, for either language: make_site.py says with a tag which one is built."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from collection_guard.version import __version__  # noqa: E402 - the path is set above

CHINESE = tags.has("zh")  # type: ignore[name-defined]  # noqa: F821 - Sphinx puts the tags of its command line here

project = "collection-guard"
project_copyright = ""
version = release = __version__
language = "zh_CN" if CHINESE else "en"
locale_dirs = [str(HERE / "locale")]
extensions = ["myst_parser", "chinese_search", "heading_ids"]
nitpicky = True
# A link into the other language's site: staging.py writes it, links.py checks it in the pages as built.
myst_url_schemes = {"http": None, "https": None, "mailto": None, "other": {"url": "{{path}}#{{fragment}}"}}
myst_heading_anchors = 6
highlight_language = "none"
smartquotes = False  # `--option` in a sentence stays as it is typed

html_theme = "furo"
html_title = f"collection-guard {__version__}"
html_short_title = "collection-guard"
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
html_last_updated_fmt = None
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {"other_language": "en" if CHINESE else "zh", "other_name": "English" if CHINESE else "中文"}
# Fonts of the reader's own machine: nothing is fetched when a page is looked at.
_FONTS = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'
html_theme_options = {"light_css_variables": {"font-stack": f"system-ui, -apple-system, {_FONTS}"}}
