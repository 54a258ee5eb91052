"""Who may do what, as a versioned text that the program obeys."""
