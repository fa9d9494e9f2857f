"""Captions and notes as text."""
