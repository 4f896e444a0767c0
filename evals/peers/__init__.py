"""``python -m evals.peers``: our retrieval and answers beside plain LangChain with Chroma, and beside Haystack.

Every pipeline indexes the same texts with the same weights, and runs in a process of its own.
"""
