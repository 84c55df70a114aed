"""Files to canonical tables."""
