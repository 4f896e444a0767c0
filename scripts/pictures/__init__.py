"""Pictures of the channels for the README and the guide, from the real thing: ``make picture``."""
