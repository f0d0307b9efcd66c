"""Rule books: what they say, whether they say it well, and what they mean. PURE: texts in, values out."""
