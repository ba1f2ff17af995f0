"""Samantha as a service: the daemon, its API, the key to talk, manners on a desktop."""
