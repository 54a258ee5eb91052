"""Review, which calls, workshops and papers share: a panel reads pieces, each by some of its reviewers, blind at first."""
