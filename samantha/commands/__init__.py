"""What stands behind the longer commands of the command line."""
