"""What was asked, agreed and talked about: pure."""
