"""The Conversation API: request values in, response values out."""
