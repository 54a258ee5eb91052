"""What no check of this kind can show. It is said after every run, so that a pass is not taken for more than it is."""

ALWAYS = (
    "When things really happened: the instants are the server's word; only their order is proven.",
    "That every act is here: whoever runs the server can go round the program, and what was never recorded leaves no gap.",
    "That the people are real, were rightly admitted, and held the role under which they acted.",
    "That others are shown the same record: compare the signed head with theirs. Two that contradict each other are proof.",
    "What members wrote: the record has commitments to texts, and the texts themselves are on the server's pages.",
)

OF_VOTES = (
    (
        "That nobody voted in the name of someone who stayed away, or claimed that a voter cast again: who voted is public, "
        "and each voter has a mail and a signed receipt to hold against it."
    ),
    "That a ballot says what its voter meant: each voter can look for their receipt's commitment among those opened.",
    (
        "Secrecy: whoever runs the server could see ballots until the links were deleted, and can in backups from before. A "
        "receipt shown together with its ballot proves a vote to others."
    ),
    "That the seed for ties was drawn blindly: it is public before the first ballot, but the server drew it.",
    "Answers to statements and the opinion map: they decide nothing, nobody's row is published, nothing is recomputed.",
)

OF_BUNDLES = (
    (
        "That nothing was left out of the bundle: a second sealing or decision, an act of another kind. The address itself can "
        "show it: stoa verify URL."
    ),
    "That the charter granted the acts, and that the record continues the one seen before.",
)
