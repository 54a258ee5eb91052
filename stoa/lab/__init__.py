"""The lab: open models, suites, studies with plans registered first, runs whose numbers are recomputed, reproductions."""
