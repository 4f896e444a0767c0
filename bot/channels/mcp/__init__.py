"""The Model Context Protocol: other people's assistants use our sources, with our citations."""
