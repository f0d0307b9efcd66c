"""The live statistics: a Faust application over parts that are idempotent. docs/adr/0012 says why so."""
