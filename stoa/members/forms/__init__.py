"""Forms of calls and applications. What they accept is checked again by the acts."""
