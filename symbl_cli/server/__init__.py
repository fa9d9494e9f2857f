"""The embedded server; knows nothing of the client."""
