"""Doors: how the hub's results are reached from outside Kafka."""
