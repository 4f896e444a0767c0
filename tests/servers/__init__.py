"""Small strict servers that stand for services which no test may reach."""
