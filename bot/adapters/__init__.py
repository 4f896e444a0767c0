"""One file for each outside thing, and in-memory twins of every port."""
