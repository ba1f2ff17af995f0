"""From words to words: the language model, its prompt, what was said so far."""
