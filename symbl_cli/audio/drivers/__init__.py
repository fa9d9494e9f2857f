"""The ways to a sound card: PortAudio by two libraries, and recorder programs."""
