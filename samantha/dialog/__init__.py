"""The conversation: who speaks when, and what is done about it."""
