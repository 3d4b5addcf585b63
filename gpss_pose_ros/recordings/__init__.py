"""Recorded footage: synchronised videos, their calibration, and references to compare with."""
