"""Published figures, read from outside: in memory, as documents, as files, in a terminal; their snapshots."""
