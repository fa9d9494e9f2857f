"""Word fixes, redaction, terminal-safe text."""
