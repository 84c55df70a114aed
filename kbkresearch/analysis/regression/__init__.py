"""Regression: one strict design, estimators that return arrays, one result for all models."""
