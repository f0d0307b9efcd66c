"""What keeps people unknown: blind indexes, sealing, the key ring. Randomness is drawn here only."""
