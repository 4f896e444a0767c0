"""isvbot: answers about the Internationale Sociale Voorwaarden, with sources to check word for word."""
