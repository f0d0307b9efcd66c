"""The engine: records through stages exactly once. The only place that knows Kafka transactions."""
