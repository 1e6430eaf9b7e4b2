"""Headings get the anchor that links name, also in Chinese, where Sphinx would number them."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class HeadingIds(SphinxTransform):
    """Put the anchor of a heading before the id that docutils made."""

    default_priority = 300

    def apply(self, **_: Any) -> None:
        """Change the sections of one page."""
        for section in self.document.findall(nodes.section):
            slug = section.get("slug")
            if slug and slug not in self.document.ids:
                section["ids"].insert(0, slug)
                self.document.ids[slug] = section


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the transform."""
    app.add_transform(HeadingIds)
    return {"parallel_read_safe": True}
