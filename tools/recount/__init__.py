"""The figures of the plan, counted again from the raw upstream topics: README.md says how, and what for."""
