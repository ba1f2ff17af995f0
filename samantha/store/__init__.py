"""What is kept on disk: models, where they come from, how they are checked."""
