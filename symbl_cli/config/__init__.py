"""Settings, places, secrets."""
