"""Pages that belong to no single part: home, setup, and the files that browsers and programs ask for."""
