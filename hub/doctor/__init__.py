"""What is wrong with this hub, where, and what to do: one module per organ, one function per check."""
