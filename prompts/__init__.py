"""Words that the program says or gives to a model, kept apart from code; see ``prompts.loader``."""
