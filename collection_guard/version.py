"""The version of the package; packs of rules carry versions of their own."""

__version__ = "0.1.0"
