"""Estimates from a probability sample: strata, clusters, weights and finite populations, in one pass over the rows."""
