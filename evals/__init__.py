"""Measures the quality and speed of answers; not part of the wheel."""
