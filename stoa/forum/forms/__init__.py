"""Forms of the forum. What they accept is checked again by the acts."""
