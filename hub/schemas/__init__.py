"""PURE: what every event and output looks like, and how its bytes become a dict and back."""
