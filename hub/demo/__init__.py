"""The demo: a real broker, real workers, a synthetic year, and a comparison with what must come out."""
