"""The Conversation API's client."""
