"""The wire as values: events, codec, session, resources. Stdlib only."""
