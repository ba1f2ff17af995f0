"""Manners towards the rest of the desktop, by D-Bus."""
