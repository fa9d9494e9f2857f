"""Audio formats and decoding, for both sides."""
