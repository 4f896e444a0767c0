"""What isvbot may say: sources, notes, written answers and rules, as data."""
