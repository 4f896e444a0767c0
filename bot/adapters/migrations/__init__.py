"""The history of the tables, oldest first; run at the start under a lock, never by hand."""
