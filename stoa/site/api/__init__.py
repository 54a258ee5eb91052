"""The site over HTTP: search, and the files that one sends."""
