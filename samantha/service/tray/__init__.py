"""The icon in the panel."""
