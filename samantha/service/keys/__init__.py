"""The key to talk: what it is, when it is down, and three ways to hear of it."""
