"""Who may see and do what in the forum, for pages that offer it; the acts ask again."""
