"""Secret approval ballots: cast, sealed, checked, opened."""
