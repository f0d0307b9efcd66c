"""Recomputing published figures from what they were counted of, for whoever doubts them."""
