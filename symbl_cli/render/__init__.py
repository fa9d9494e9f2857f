"""Everything drawn with Rich but the live region."""
