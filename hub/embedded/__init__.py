"""The embedded broker: a real Apache Kafka that needs nothing but Python on the machine."""
