"""The suites: what each asks and how an answer is graded. Prompts are data beside them, written for Stoa."""
