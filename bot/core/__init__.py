"""The vocabulary and the steps of a question; standard library only."""
