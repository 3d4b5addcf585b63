"""Calibration files of the field's tools, read into our cameras."""
