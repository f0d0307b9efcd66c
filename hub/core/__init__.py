"""The pure core: values, facts, decisions. No I/O, no clock, no randomness, no logging."""
