"""The version of this package; package.xml, setup.py and CHANGELOG.rst say the same (tested)."""

VERSION = "0.1.0"
