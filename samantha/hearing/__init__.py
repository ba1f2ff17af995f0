"""From sound to words: voice activity, the ends of turns, speech to text."""
