"""What a rule book would do: the core over history, or over the people known now, under two books at once."""
