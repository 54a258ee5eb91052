"""The HTTP API, assembled from each app's api module."""
