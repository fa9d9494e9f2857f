"""From samples to utterances."""
