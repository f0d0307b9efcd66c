"""The stages, functions over records and state: intake, identity, sensitive, matching. No Kafka in here."""
