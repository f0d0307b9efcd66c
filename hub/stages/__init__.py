"""The stages, each a function over records and state: intake, identity, matching. No Kafka in here."""
