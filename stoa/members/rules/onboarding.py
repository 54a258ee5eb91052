"""The steps by which a new member settles in; all but the code of conduct can be passed over."""

CONDUCT = "conduct"
OPTIONAL = ("profile", "topics", "introduction")
STEPS = (CONDUCT, *OPTIONAL)
LABELS = {
    "conduct": "The code of conduct",
    "profile": "How others see you",
    "topics": "What you work on",
    "introduction": "Introduce yourself",
}
MOST_INTRODUCTION = 3_000
