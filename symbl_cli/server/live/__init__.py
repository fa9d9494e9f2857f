"""A conversation while it runs."""
