"""The topics that the forms offer to choose from; anybody can write others."""

TOPICS = (
    "Agents and tool use",
    "Alignment and preference tuning",
    "Bias and fairness",
    "Capability evaluation",
    "Data and provenance",
    "Efficiency and inference",
    "Fine-tuning",
    "Governance and policy",
    "Interpretability",
    "Jailbreaks and misuse",
    "Low-resource languages",
    "Multimodal models",
    "Privacy and memorisation",
    "Red teaming",
    "Reproducibility",
    "Robustness",
    "Security of model supply",
    "Watermarks and detection",
)
MOST_TOPICS = 12
LONGEST_TOPIC = 60
