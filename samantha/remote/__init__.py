"""Engines on another machine that the owner has named; none is used unless the settings say so."""
