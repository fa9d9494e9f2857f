"""From settings to an endpoint."""
